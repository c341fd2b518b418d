"""Pages that a device asks for through its tunnel, attacked: the whole product on a gateway's machine."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.audit.entry import Code
from gateway.commands.own_applications import REQUESTS
from gateway.tunnel_sessions.opened import Why
from tests.attacks.test_tunnels import AT_ONCE, of, open_at_portal, up
from tests.rig.attacked import PATIENCE, SHARED, Ground, attacked
from tests.rig.namespaces import Machine
from tests.rig.through_tunnel import OnLaptop
from tests.rig.tunnel_process import Process, close, process_of
from tests.rig.tunnelled import FILES, Asking
from tests.rig.tunnels import (
    GATEWAY,
    IN_TUNNEL,
    SERVED,
    SILENCE,
    SOON,
    Laptop,
    Networks,
    answering,
    networks,
    why_not,
)
from tests.rig.visitor import Shown, Visitor

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(bool(why_not()), reason=why_not() or "-"),
]
UNTIED, NOT_OPEN = "device_not_in_order", "device_tunnel_not_open"


@pytest.fixture(scope="module")
def there() -> Iterator[Networks]:
    with ExitStack() as stack:
        made = stack.enter_context(networks())
        stack.enter_context(answering(made.office, SERVED, FILES))
        yield made


@dataclass
class Tunnel:
    """Its process, which a test may end and start again."""

    ground: Ground
    gateway: Machine
    stack: ExitStack
    process: Process | None = None

    def start(self) -> None:
        state = self.ground.state.settings.state.directory
        made = process_of(self.gateway, self.ground.product.configuration, state)
        self.process = self.stack.enter_context(made)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    def close(self) -> None:
        self.kill()
        close(self.gateway, self.ground.product.configuration)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tunnel(there: Networks, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tunnel]:
    with there.gateway.entered(), ExitStack() as stack:  # so is what the tests do from here on
        async with attacked(tmp_path_factory.mktemp("p"), beyond=there.gateway.within) as made:
            running = Tunnel(made, there.gateway, stack)
            running.start()
            yield running
            running.close()


@pytest.fixture
def ground(tunnel: Tunnel) -> Ground:
    tunnel.ground.taken_over.answer = lambda _: web.Response(text="hello")
    return tunnel.ground


@dataclass
class Person:
    """`outside`: their browser at home; `within`: the same one on their laptop, whose tunnel is open."""

    ground: Ground
    asking: Asking
    outside: Visitor
    within: OnLaptop

    @property
    def page(self) -> str:
        """Of the application that is open from devices in order alone."""
        return f"https://{self.ground.shared}/zarizeni/"

    async def is_let_in(self) -> None:
        shown = await self.within.get(self.page)
        assert (shown.status, shown.text) == (200, "hello"), (shown.status, shown.title)

    async def refused(self, browser: Visitor, reason: str) -> Shown:
        shown = await browser.get(self.page)
        assert shown.status == 403, (shown.status, shown.title)
        entry = await self.ground.entry(shown, Code.DECISION_REFUSE)
        assert entry.reason == reason, entry
        return shown

    async def reaches(self) -> bool:
        shown = await self.within.reaches(self.page)
        return shown is not None and shown.status == 200


@contextlib.asynccontextmanager
async def through(ground: Ground, there: Networks, name: str) -> AsyncIterator[Person]:
    asking, browser = await of(ground, there, name)
    await open_at_portal(ground, browser, asking.machine.id)
    async with asyncio.timeout(SOON):
        while (await asking.ask()).link is None:  # the line to a process that begins comes up
            await asyncio.sleep(0.5)  # who asks oftener is told to ask later
    async with up(asking) as given:
        assert given.link is not None
        async with contextlib.aclosing(OnLaptop(browser, asking.laptop, given.link.domains)) as within:
            yield Person(ground, asking, browser, within)


async def at_once(what: Callable[[], Awaitable[bool]], within: float = AT_ONCE) -> None:
    end = time.monotonic() + within
    while await what():
        assert time.monotonic() < end, "it goes on"
        await asyncio.sleep(0.05)


async def answers(laptop: Laptop, port: int, host: str, source: str) -> bool:
    try:
        return await asyncio.to_thread(laptop.reaches, port, host=host, source=source)
    except OSError:  # no way leads there
        return False


async def test_a_device_is_known_by_its_tunnel_and_no_longer_when_its_person_closes_it(
    ground: Ground, there: Networks
) -> None:
    async with through(ground, there, "jana") as one:
        assert SHARED in one.within.domains
        await one.refused(one.outside, UNTIED)
        await one.is_let_in()
        shown = await one.within.get(one.page + "jinam?x=1")
        access = await ground.entry(shown, Code.ACCESS)
        address = str(one.asking.laptop.address)
        assert (access.details["fresh"], access.address) == (True, address)
        [decided, *_] = await ground.entries(
            at_least=1, codes=(Code.DECISION_PERMIT,), person=one.asking.person, application="zarizeni"
        )
        assert (decided.details["device"], decided.details["tunnel_address"]) == (
            one.asking.machine.id,
            address,
        )
        assert decided.address == one.asking.visitor.address != one.outside.address
        assert '"tunnel":true' in decided.details["facts"]
        await one.outside.post(f"{ground.portal}/tunnel/close", {"device": one.asking.machine.id})
        await at_once(one.reaches)
        await open_at_portal(ground, one.outside, one.asking.machine.id)
        async with asyncio.timeout(2 * SOON):
            while (again := await one.within.reaches(one.page)) is None or again.status != 200:
                await asyncio.sleep(0.05)
        access = await ground.entry(again, Code.ACCESS)
        assert access.details["fresh"] is False  # the grant of the tunnel before is over
        await one.refused(one.outside, UNTIED)


async def test_a_grant_of_a_tunnel_is_of_no_use_outside_nor_through_anothers(
    ground: Ground, there: Networks
) -> None:
    async with through(ground, there, "jana") as one, through(ground, there, "petr") as thief:
        await one.is_let_in()
        assert any("grant" in name for name in one.outside.cookies(one.page))
        await one.refused(one.outside, UNTIED)
        await one.is_let_in()
        laptop = thief.asking.laptop
        async with contextlib.aclosing(OnLaptop(one.outside, laptop, thief.within.domains)) as stolen:
            await one.refused(stolen, "session_of_another_device")
        await one.is_let_in()


async def test_whoever_signs_in_behind_anothers_tunnel_is_not_let_in(ground: Ground, there: Networks) -> None:
    async with through(ground, there, "jana") as one:
        other = await ground.signed_in(ground.somebody())
        laptop = one.asking.laptop
        async with contextlib.aclosing(OnLaptop(other, laptop, one.within.domains)) as within:
            await one.refused(within, "device_tunnel_of_another_person")
        await one.is_let_in()


async def test_no_header_says_that_a_request_came_through_a_tunnel(ground: Ground, there: Networks) -> None:
    async with through(ground, there, "jana") as one:
        await one.refused(one.outside, UNTIED)
        address = str(one.asking.laptop.address)
        claims = ("X-Brana-Tunnel", "X-Forwarded-For", "X-Real-IP", "X-Envoy-External-Address")
        claimed = dict.fromkeys(claims, address) | {"Forwarded": f"for={address}"}
        shown = await one.outside.get(one.page, follow=False, headers=claimed)
        entry = await ground.entry(shown, Code.DECISION_REFUSE)
        assert (entry.reason, "tunnel_address" in entry.details) == (UNTIED, False)


async def test_a_blocked_device_and_a_signed_out_person_are_out_at_once(
    ground: Ground, there: Networks
) -> None:
    async with through(ground, there, "jana") as one:
        await one.is_let_in()
        await ground.brana("device", "block", one.asking.machine.id, "--why", "zkouška na úřadě")
        await at_once(one.reaches)
    async with through(ground, there, "petr") as one:
        await one.is_let_in()
        await one.outside.post(f"{ground.portal}/.brana/sign-out", {})
        await at_once(one.reaches)


async def test_who_signs_out_through_the_tunnel_is_answered_and_goes_no_further(
    ground: Ground, there: Networks
) -> None:
    async with through(ground, there, "jana") as one:
        await one.is_let_in()
        requests, laptop = ground.product.addresses.of_own(REQUESTS), one.asking.laptop
        shown = await one.within.get(requests)
        assert shown.status == 200
        answer = await one.within.post(f"{requests}/.brana/sign-out", {})
        assert (answer.status, answer.title) == (200, "Jste odhlášeni")
        assert not await one.reaches()
        assert not await asyncio.to_thread(laptop.reaches, FILES)
        source = str(laptop.address)
        await at_once(lambda: answers(laptop, ground.product.port, IN_TUNNEL, source))
        access = await ground.entry(answer, Code.ACCESS)
        assert access.address == source, "it came through the tunnel"
        asked = {"at_least": 1, "person": one.asking.person}
        [ended] = await ground.entries(codes=(Code.SESSION_ENDED,), **asked)
        [closed] = await ground.entries(codes=(Code.TUNNEL_CLOSED,), **asked)
        assert closed.reason == Why.SESSION_OVER
        assert closed.at - ended.at < timedelta(seconds=2 * AT_ONCE), "of a busy machine too"


async def test_a_web_socket_through_a_tunnel_ends_with_it(ground: Ground, there: Networks) -> None:
    async with through(ground, there, "jana") as one:
        await one.is_let_in()
        stream = await one.within.web_socket(f"{one.page}zive")
        await stream.send_str("slovo")
        assert (await stream.receive(SOON)).data == "echo slovo"
        await one.outside.post(f"{ground.portal}/tunnel/close", {"device": one.asking.machine.id})
        asked = {"codes": (Code.ACCESS,), "person": one.asking.person, "application": "zarizeni"}
        async with asyncio.timeout(SOON):  # its line is written when Envoy has ended it
            while not (ended := [e for e in await ground.entries(**asked) if "zive" in e.details["path"]]):
                await asyncio.sleep(0.05)
        assert [entry.reason for entry in ended] == [NOT_OPEN]
        await stream.send_str("slovo")
        with pytest.raises(TimeoutError):  # no packet comes back any more, not even of the end
            await stream.receive(SILENCE)


async def test_who_opens_a_tunnel_through_a_tunnel_is_not_at_an_address_in_it(
    ground: Ground, there: Networks
) -> None:
    """By the portal's name at the listener in the tunnel, to which no name leads."""
    async with through(ground, there, "jana") as one:
        one.within.names.everywhere = IN_TUNNEL
        shown = await open_at_portal(ground, one.within, one.asking.machine.id)
        access = await ground.entry(shown, Code.ACCESS)
        assert access.address == str(one.asking.laptop.address), "it came through the tunnel"
        asked = {"codes": (Code.TUNNEL_OPENED,), "person": one.asking.person}
        [again, first] = await ground.entries(at_least=2, **asked)
        assert again.address == one.asking.visitor.address != first.address


async def test_anothers_address_in_the_tunnel_leads_nowhere(ground: Ground, there: Networks) -> None:
    async with through(ground, there, "jana") as one, through(ground, there, "petr") as thief:
        theirs, laptop = str(one.asking.laptop.address), thief.asking.laptop
        laptop.machine.do("ip", "address", "add", f"{theirs}/32", "dev", laptop.interface)
        port = ground.product.port
        assert not await answers(laptop, port, IN_TUNNEL, theirs)
        assert await answers(laptop, port, IN_TUNNEL, str(laptop.address))
        await one.is_let_in()


async def test_an_address_of_the_tunnel_is_not_believed_elsewhere(
    ground: Ground, there: Networks, tunnel: Tunnel
) -> None:
    """From outside by a device's address: at the tunnel's listener, and at that of everybody, which answers once the
    tunnel is closed and its filter gone, with a way back to who pretends.
    """
    async with through(ground, there, "jana") as one:
        await one.is_let_in()
        theirs, port, forger = str(one.asking.laptop.address), ground.product.port, there.laptops["petr"]
        forger.machine.do("ip", "address", "add", f"{theirs}/32", "dev", "eth0")
        forger.machine.do("ip", "route", "replace", IN_TUNNEL, "via", GATEWAY)
        try:
            for host in (GATEWAY, IN_TUNNEL):
                assert not await answers(forger, port, host, theirs)
            await asyncio.to_thread(tunnel.close)
            there.gateway.do("ip", "route", "replace", f"{theirs}/32", "dev", "eth0")
            assert not await answers(forger, port, IN_TUNNEL, theirs)
            async with contextlib.aclosing(OnLaptop(one.outside, forger, source=theirs)) as pretending:
                shown = await one.refused(pretending, UNTIED)
            entry = await ground.entry(shown, Code.DECISION_REFUSE)
            assert (entry.address, "tunnel_address" in entry.details) == (theirs, False)
        finally:
            with contextlib.suppress(AssertionError):
                there.gateway.do("ip", "route", "del", f"{theirs}/32", "dev", "eth0")
            forger.machine.do("ip", "address", "del", f"{theirs}/32", "dev", "eth0")
            forger.machine.do("ip", "route", "del", IN_TUNNEL, "via", GATEWAY)
            await asyncio.to_thread(tunnel.start)


async def test_while_the_process_of_the_tunnel_is_away_no_device_is_known_by_it(
    ground: Ground, there: Networks, tunnel: Tunnel
) -> None:
    """WireGuard and the filter stand meanwhile, and packets pass: what is decided then has nobody's word for it."""
    async with through(ground, there, "jana") as one:
        await asyncio.to_thread(tunnel.kill)
        one.within.names.kept[SHARED] = {IN_TUNNEL}
        try:
            await one.refused(one.within, NOT_OPEN)
        finally:
            await asyncio.to_thread(tunnel.start)
        async with asyncio.timeout(PATIENCE):  # it starts anew, and its line comes up
            while not await one.reaches():
                await asyncio.sleep(0.1)
