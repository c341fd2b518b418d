"""A real agent on a laptop, the running product and its tunnel: a person opens it at the portal, the device reaches the
share by `brana-agent up`, and no longer once its person signs out. What the machine reports is given, as no machine of
tests has an encrypted disk.
"""

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from agents.command import __main__ as program
from agents.kept.folder import Folder
from agents.kept.state import State
from gateway.audit.entry import Code
from gateway.commands.sessions import tell
from gateway.commands.state import now
from gateway.demo.people import CENTRE
from gateway.devices.office import Wish
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.agent_program import AgentProgram, here
from tests.rig.attacked import Ground, attacked
from tests.rig.machines import OPERATOR, office
from tests.rig.namespaces import Machine
from tests.rig.tunnel_process import close, process_of
from tests.rig.tunnelled import FILES
from tests.rig.tunnels import SERVED, Networks, answering, interface, networks, why_not

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
WITHIN = 20.0  # seconds; the agent looks each minute, and is asked to hurry
INTERFACE = interface("a")


class OnLaptop(AgentProgram):
    def __init__(self, machine: Machine, folder: Path, trust: Path) -> None:
        super().__init__(folder, trust)
        self.machine = machine
        self.places += ("--tpm", "device:/nowhere", "--tunnel", INTERFACE)

    def _command(self, *words: str) -> list[str]:
        module = [sys.executable, "-m", "tests.journeys.test_agents_tunnel", "--lang", "en"]
        return [*self.machine.within, *module, *self.places, *words]


@contextlib.contextmanager
def led_to_product(machine: Machine, port: int) -> Iterator[None]:
    """The laptop's own loopback leads to the product, which listens on ours."""
    with machine.entered():
        listening = socket.create_server(("127.0.0.1", port))

    def copy(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := one.recv(65536):
                other.sendall(octets)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def serve(one: socket.socket) -> None:
        with one, socket.create_connection(("127.0.0.1", port)) as other:
            back = threading.Thread(target=copy, args=(other, one), daemon=True)
            back.start()
            copy(one, other)
            back.join()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


@pytest.fixture(scope="module")
def there() -> Iterator[Networks]:
    with networks() as made, answering(made.office, SERVED, FILES):
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(there: Networks, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("j")) as made:
        configuration = made.product.configuration
        with process_of(there.gateway, configuration, made.state.settings.state.directory):
            yield made
        close(there.gateway, configuration)


async def test_a_device_reaches_the_share_from_the_portal_to_the_sign_out(
    ground: Ground, there: Networks, tmp_path: Path
) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    [subject] = {one.subject for one in await ground.state.sessions.open_ones() if one.login == account.login}
    code, _ = await office(ground.state).issue(
        Wish(municipality=CENTRE, owner=subject, managed=True), OPERATOR, now()
    )
    await tell(ground.state, "")
    origin = ground.product.addresses.origin("devices")
    laptop = there.laptops["jana"]
    laptop.machine.do("ip", "link", "set", "lo", "up")
    agent = OnLaptop(laptop.machine, tmp_path, ground.product.world.authority)

    async def reaches() -> bool:
        return await asyncio.to_thread(connects, laptop.machine)

    with led_to_product(laptop.machine, int(origin.rpartition(":")[2])):
        said = await asyncio.to_thread(agent.enrol, origin, code)
        assert said.returncode == 0, said
        with agent.running():
            enrolment = State(Folder(tmp_path / "state")).enrolment()
            assert enrolment is not None
            device = enrolment.enrolled.device
            await until(lambda: reported(ground, device))
            said = await asyncio.to_thread(agent.say, "up")
            assert (said.returncode, "tunnel_not_opened" in said.stdout) == (1, True), said
            assert f"{ground.portal}/tunnel" in said.stdout
            await browser.get(f"{ground.portal}/tunnel")
            await browser.post(f"{ground.portal}/tunnel/open", {"device": device})
            said = await asyncio.to_thread(agent.say, "up")
            assert (said.returncode, "Files" in said.stdout, "Database" in said.stdout) == (0, True, True), (
                said
            )
            await until(reaches)
            await browser.post(f"{ground.portal}/.brana/sign-out", {})
            await until(lambda: no(reaches))
            said = await asyncio.to_thread(agent.say, "up")
            assert (said.returncode, "tunnel_not_opened" in said.stdout) == (1, True), said
            assert (await asyncio.to_thread(agent.say, "down")).returncode == 0
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=account.login)
    assert (closed.reason, closed.details["device"]) == ("tunnel_session_over", device)


def connects(machine: Machine) -> bool:
    with machine.entered():
        made = socket.socket()
    made.settimeout(1.0)
    with made:
        try:
            made.connect((SERVED, FILES))
            made.sendall(b"slovo")
            return made.recv(5) == b"slovo"
        except OSError:
            return False


async def reported(ground: Ground, device: str) -> bool:
    found = await ground.state.devices.device(device)
    return found is not None and found.reported_at is not None and found.tunnel_key is not None


async def no(what) -> bool:
    return not await what()


async def until(what) -> None:
    async with asyncio.timeout(WITHIN):
        while not await what():
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    socket.getaddrinfo = here
    program.collector = lambda: lambda _machine, *, now, slow: dict(IN_ORDER)
    sys.exit(program.main(sys.argv[1:]))
