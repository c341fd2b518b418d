"""A real agent on a laptop, the running product and its tunnel: a person opens it at the portal, the device reaches the
share and a real PostgreSQL by `brana-agent up`, and no longer once its person signs out. What the machine reports is
given, as no machine of tests has an encrypted disk.
"""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
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
from tests.rig.attacked import SHARED, Ground, attacked
from tests.rig.machines import OPERATOR, office
from tests.rig.names import asked
from tests.rig.namespaces import Machine
from tests.rig.postgres import cluster
from tests.rig.tunnel_process import close, process_of
from tests.rig.tunnelled import DATABASE, FILES, REGISTER, REGISTER_NAME, SHELL
from tests.rig.tunnels import IN_TUNNEL, POOLS, SERVED, Networks, answering, interface, networks, why_not
from tests.rig.visitor import Visitor

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
WITHIN = 20.0  # seconds; the agent looks each minute, and is asked to hurry
INTERFACE = interface("a")
PASSWORD = "heslo evidence"
CONTRACTS = 2_000
OCTETS = 1_000  # of each contract


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
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(networks())
        for port in (FILES, DATABASE, SHELL):
            stack.enter_context(answering(made.office, SERVED, port))
        stack.enter_context(register(made.office))
        yield made


@contextlib.contextmanager
def register(office: Machine) -> Iterator[None]:
    """A real PostgreSQL, as an office has it: devices show a password as well."""
    with contextlib.ExitStack() as stack:
        with office.entered():  # while it starts: what the tests start next belongs to their own network
            server = stack.enter_context(cluster(listen_addresses=f"'{SERVED}'"))
        with (server.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host evidence referent {POOLS[0]} scram-sha-256\n")
        server.run(f"CREATE ROLE referent LOGIN PASSWORD '{PASSWORD}'")
        server.run("CREATE DATABASE evidence OWNER referent")
        server.run("SELECT pg_reload_conf()")
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(there: Networks, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("j")) as made:
        configuration = made.product.configuration
        with process_of(there.gateway, configuration, made.state.settings.state.directory):
            yield made
        close(there.gateway, configuration)


@dataclass
class Opened:
    """A device whose person has opened its tunnel; `browser` is signed in as that person."""

    agent: OnLaptop
    browser: Visitor
    login: str
    device: str
    machine: Machine


@contextlib.asynccontextmanager
async def enrolled(ground: Ground, there: Networks, folder: Path) -> AsyncIterator[Opened]:
    """Its service runs; its tunnel is not open yet."""
    account = ground.somebody()
    browser = await ground.signed_in(account)
    [subject] = {one.subject for one in await ground.state.sessions.open_ones() if one.login == account.login}
    code, _ = await office(ground.state).issue(
        Wish(municipality=CENTRE, owner=subject, managed=True), OPERATOR, now()
    )
    await tell(ground.state, "")
    origin = ground.product.addresses.origin("devices")
    machine = there.laptops["jana"].machine
    agent = OnLaptop(machine, folder, ground.product.world.authority)
    with led_to_product(machine, int(origin.rpartition(":")[2])):
        said = await asyncio.to_thread(agent.enrol, origin, code)
        assert said.returncode == 0, said
        with agent.running():
            enrolment = State(Folder(folder / "state")).enrolment()
            assert enrolment is not None
            device = enrolment.enrolled.device
            await until(lambda: reported(ground, device))
            yield Opened(agent, browser, account.login, device, machine)


async def opens(ground: Ground, one: Opened) -> str:
    """At the portal, then on the device; what the agent says of it."""
    await one.browser.get(f"{ground.portal}/tunnel")
    await one.browser.post(f"{ground.portal}/tunnel/open", {"device": one.device})
    said = await asyncio.to_thread(one.agent.say, "up")
    assert said.returncode == 0, said
    return said.stdout


async def test_a_device_reaches_the_share_from_the_portal_to_the_sign_out(
    ground: Ground, there: Networks, tmp_path: Path
) -> None:
    async with enrolled(ground, there, tmp_path) as one:

        async def reaches() -> bool:
            return await asyncio.to_thread(connects, one.machine)

        said = await asyncio.to_thread(one.agent.say, "up")
        assert (said.returncode, "tunnel_not_opened" in said.stdout) == (1, True), said
        assert f"{ground.portal}/tunnel" in said.stdout
        shown = await opens(ground, one)
        assert ("Files" in shown, "Database" in shown) == (True, True), shown
        await until(reaches)
        await one.browser.post(f"{ground.portal}/.brana/sign-out", {})
        await until(lambda: no(reaches))
        said = await asyncio.to_thread(one.agent.say, "up")
        assert (said.returncode, "tunnel_not_opened" in said.stdout) == (1, True), said
        assert (await asyncio.to_thread(one.agent.say, "down")).returncode == 0
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=one.login)
    assert (closed.reason, closed.details["device"]) == ("tunnel_session_over", one.device)


async def test_a_database_is_queried_through_the_tunnel_and_the_log_has_its_octets(
    ground: Ground, there: Networks, tmp_path: Path
) -> None:
    """A real `psql`, by way of the real agent; what is not permitted beside it stays shut, and is told."""
    contracts = f"SELECT repeat('x', {OCTETS}) FROM generate_series(1, {CONTRACTS})"
    async with enrolled(ground, there, tmp_path) as one:

        async def answers() -> bool:
            return (await asyncio.to_thread(psql, one.machine, REGISTER, "SELECT 6 * 7")).stdout == "42\n"

        assert not await answers()
        shown = await opens(ground, one)
        assert ("Register of contracts" in shown, "Administration of the server" in shown) == (True, True)
        assert f"({REGISTER_NAME} port {REGISTER})" in shown
        status = (await asyncio.to_thread(one.agent.say, "status")).stdout
        assert (f"Opened by the account: {one.login} (" in status, "open until" in status) == (True, True), (
            status
        )
        await until(answers)
        assert await asyncio.to_thread(asked, one.machine, REGISTER_NAME) == ("NOERROR", {SERVED})
        assert await asyncio.to_thread(asked, one.machine, f"jina.{REGISTER_NAME}") == ("NXDOMAIN", set())
        assert await asyncio.to_thread(asked, one.machine, SHARED) == ("NOERROR", {IN_TUNNEL})  # pages
        said = await asyncio.to_thread(psql, one.machine, REGISTER, contracts)
        assert len(said.stdout.split()) == CONTRACTS, said.stderr
        for port in (DATABASE, SHELL):
            assert (
                await asyncio.to_thread(psql, one.machine, port, "SELECT 1")
            ).returncode == 2  # no connection
        assert (await asyncio.to_thread(one.agent.say, "down")).returncode == 0
        assert not await answers()
    tried = await ground.entries(at_least=2, codes=(Code.TUNNEL_TRIED,), person=one.login)
    assert {(entry.details["target"], entry.reason) for entry in tried} == {
        ("databaze", "phishing_resistant_needed"),
        ("server", "nothing_permits"),
    }
    ended = await ground.entries(at_least=2, codes=(Code.TUNNEL_DISCONNECTED,), person=one.login)
    largest = max(ended, key=lambda entry: int(entry.details["bytes_received"]))
    assert {entry.details["target"] for entry in ended} == {"evidence"}
    assert (largest.application, largest.details["device"]) == ("evidence", one.device)
    received, whole = int(largest.details["bytes_received"]), CONTRACTS * OCTETS
    assert whole < received < 2 * whole  # with headers, and what a busy machine sent twice
    assert 0 < int(largest.details["bytes_sent"]) < received
    assert int(largest.details["duration_ms"]) >= 0
    begun = await ground.entries(at_least=len(ended), codes=(Code.TUNNEL_CONNECTED,), person=one.login)
    assert len(begun) == len(ended)


def psql(machine: Machine, port: int, question: str) -> "subprocess.CompletedProcess[str]":
    command = [
        *machine.within,
        "psql",
        "-h",
        SERVED,
        "-p",
        str(port),
        "-U",
        "referent",
        "-d",
        "evidence",
        "-Atc",
    ]
    environment = os.environ | {"PGPASSWORD": PASSWORD, "PGCONNECT_TIMEOUT": "2"}
    return subprocess.run(
        [*command, question], env=environment, capture_output=True, text=True, check=False, timeout=30
    )


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
