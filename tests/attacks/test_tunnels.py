"""Tunnels of the running product, attacked: by who may not open one, by what asks for one, and from within."""

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Refusal
from agents.protocol.signing import Kind, signed, signing
from agents.protocol.tunnel import TunnelAsk
from gateway.audit.entry import Code, Entry
from gateway.commands.sessions import tell
from gateway.commands.state import now
from gateway.demo.people import CENTRE
from gateway.devices.office import Owner
from gateway.tunnels.keys import PrivateKey
from tests.gateway.devices.agent import IN_ORDER, new_key
from tests.rig.attacked import PATIENCE, Ground
from tests.rig.machines import OPERATOR, machine, office
from tests.rig.names import asked
from tests.rig.namespaces import Machine
from tests.rig.tunnel_process import close, process_of
from tests.rig.tunnelled import DATABASE, FILES, NOTHING, REGISTER_NAME, SHELL_NAME, Asking, settle_in
from tests.rig.tunnels import (
    GATEWAY,
    IN_TUNNEL,
    POOLS,
    SERVED,
    SILENCE,
    SOON,
    Networks,
    answering,
    networks,
    why_not,
)
from tests.rig.visitor import Visitor

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]
AT_ONCE = 1.5  # seconds from an act to its effect: one, and a look at whether it is there


@pytest.fixture(scope="module")
def there() -> Iterator[Networks]:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(networks())
        for port in (FILES, DATABASE, NOTHING):
            stack.enter_context(answering(made.office, SERVED, port))
        yield made


@pytest.fixture(scope="module")
def running(there: Networks, standing: Ground) -> Iterator[Networks]:
    """With the process of the tunnel, as operators start it beside the product."""
    state = standing.state.settings.state.directory
    with process_of(there.gateway, standing.product.configuration, state):
        yield there
    close(there.gateway, standing.product.configuration)


async def of(ground: Ground, there: Networks, name: str) -> tuple[Asking, Visitor]:
    """Somebody who is signed in at the portal, with a machine of theirs that reports and has asked once."""
    account = ground.somebody()
    browser = await ground.signed_in(account)
    subject = next(
        one.subject for one in await ground.state.sessions.open_ones() if one.login == account.login
    )
    mine = await machine(ground.product, ground.state, subject)
    await mine.report()
    laptop = replace(there.laptops[name], private=PrivateKey.generate())
    asking = Asking(mine, ground.browser(), ground.product.addresses.origin("devices"), laptop, account.login)
    given = await asking.ask()
    assert (given.link, given.why.reason) == (None, "tunnel_not_opened")
    return asking, browser


async def open_at_portal(ground: Ground, browser: Visitor, device: str):
    await browser.get(f"{ground.portal}/tunnel")
    return await browser.post(f"{ground.portal}/tunnel/open", {"device": device})


@contextlib.asynccontextmanager
async def up(asking: Asking):
    """The agent has set up what it was given."""
    given = await asking.ask()
    assert given.link is not None, given.why
    settle_in(asking.laptop, given)
    child = await asyncio.to_thread(asking.laptop.up, given.link.gateway_key)
    try:
        await holds(lambda: asking.laptop.reaches(FILES))
        yield given
    finally:
        child.terminate()  # its interface and socket go with it
        child.wait()


async def holds(what: Callable[[], bool], within: float = SOON) -> None:
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(what):
            await asyncio.sleep(0.02)


async def tries(ground: Ground, asking: Asking) -> list[Entry]:
    return await ground.entries(codes=(Code.TUNNEL_TRIED,), person=asking.person)


async def is_reached(asking: Asking, port: int) -> bool:
    return await asyncio.to_thread(asking.laptop.reaches, port)


async def test_a_person_opens_it_at_the_portal_and_their_device_reaches_what_it_may_until_they_sign_out(
    ground: Ground, running: Networks
) -> None:
    asking, browser = await of(ground, running, "jana")
    page = await open_at_portal(ground, browser, asking.machine.id)
    assert page.status == 200, (page.status, page.title)
    (opened,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_OPENED,), person=asking.person)
    assert opened.details["device"] == asking.machine.id
    async with up(asking) as given:
        assert {one.id for one in given.reached} == {"soubory", "evidence"}
        refused = next(one for one in given.not_reached if one.id == "databaze")
        assert refused.why.reason == "phishing_resistant_needed"
        assert refused.why.go_to.startswith(f"{ground.portal}/.brana/sign-in?")
        assert not await is_reached(asking, DATABASE)
        [tried, *_] = await ground.entries(at_least=1, codes=(Code.TUNNEL_TRIED,), person=asking.person)
        assert tried.reason == "phishing_resistant_needed"
        stands = await asyncio.to_thread(asking.laptop.connected, FILES)
        with stands:
            began = time.monotonic()
            await browser.post(f"{ground.portal}/.brana/sign-out", {})
            await holds(lambda: not asking.laptop.reaches(FILES), AT_ONCE)
            assert time.monotonic() - began < AT_ONCE
        later = await asking.ask()
        assert (later.link, later.why.reason) == (None, "tunnel_not_opened")
    ended = await ground.entries(at_least=1, codes=(Code.TUNNEL_DISCONNECTED,), person=tried.person)
    assert any(one.details.get("bytes_sent", 0) for one in ended)
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=tried.person)
    assert closed.reason == "tunnel_session_over"


async def test_a_lost_device_is_cut_at_once_and_never_comes_back(ground: Ground, running: Networks) -> None:
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    async with up(asking) as given:
        await office(ground.state).lose(asking.machine.id, "ukradený", OPERATOR, now())
        await tell(ground.state, "")
        await holds(lambda: not asking.laptop.reaches(FILES), AT_ONCE)
        refused, number = await asking.send(asking.token())
        assert isinstance(refused, Refusal)
        entry = await ground.entry(number, Code.DEVICE_REPORT_REFUSED)
        assert (refused.reason, entry.reason) == ("device_gone", "device_gone")
        await asyncio.to_thread(asking.laptop.begin_anew, given.link.gateway_key)
        assert not await is_reached(asking, FILES)
    page = await open_at_portal(ground, browser, asking.machine.id)
    assert page.status == 403
    entry = await ground.entry(page.request_id, Code.TUNNEL_NOT_OPENED)
    assert entry.reason == "tunnel_device_unknown"


@pytest.mark.parametrize("act", ["block", "retire"])
async def test_a_device_that_was_taken_out_of_use_is_cut_at_once_and_told_why(
    ground: Ground, running: Networks, act: str
) -> None:
    """An officer's act at the office, while the person is signed in and a connection stands."""
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    async with up(asking):
        stands = await asyncio.to_thread(asking.laptop.connected, FILES)
        with stands:
            acts = office(ground.state)
            if act == "block":
                await acts.block(asking.machine.id, "vyšetřuje se", OPERATOR, now())
            else:
                await acts.retire(asking.machine.id, "", OPERATOR, now())
            await tell(ground.state, "")
            await holds(lambda: not asking.laptop.reaches(FILES), AT_ONCE)
            assert not await asyncio.to_thread(says_back, stands)
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=asking.person)
    assert closed.reason == "tunnel_device_not_in_use"
    page = await open_at_portal(ground, browser, asking.machine.id)
    assert page.status == 403
    entry = await ground.entry(page.request_id, Code.TUNNEL_NOT_OPENED)
    assert entry.reason == ("tunnel_device_not_in_use" if act == "block" else "tunnel_device_unknown")


async def test_a_device_that_was_handed_over_is_cut_at_once(ground: Ground, running: Networks) -> None:
    """Whoever has it in hand by now works in nobody else's name; who opened the tunnel is still signed in."""
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    other = ground.somebody()
    await ground.signed_in(other)
    subject = next(one.subject for one in await ground.state.sessions.open_ones() if one.login == other.login)
    async with up(asking):
        to = Owner(subject, other.login, [CENTRE])
        await office(ground.state).hand_over(asking.machine.id, to, OPERATOR, now())
        await tell(ground.state, "")
        await holds(lambda: not asking.laptop.reaches(FILES), AT_ONCE)
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=asking.person)
    assert closed.reason == "tunnel_device_not_own"
    assert (await browser.get(ground.portal)).status == 200


def says_back(connection: socket.socket) -> bool:
    connection.settimeout(SILENCE)
    try:
        connection.sendall(b"slovo")
        return connection.recv(5) == b"slovo"
    except OSError:
        return False


async def test_one_devices_address_is_of_no_use_to_another(ground: Ground, running: Networks) -> None:
    """Who takes the address of a device that reaches something, in a tunnel of its own, speaks into the void."""
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    thief, its_browser = await of(ground, running, "petr")
    await open_at_portal(ground, its_browser, thief.machine.id)
    async with up(asking) as given, up(thief):
        assert given.link is not None
        theirs = str(asking.laptop.address)
        thief.laptop.machine.do("ip", "address", "add", f"{theirs}/32", "dev", thief.laptop.interface)
        assert not await asyncio.to_thread(thief.laptop.reaches, FILES, source=theirs)
        await holds(lambda: thief.laptop.reaches(FILES, source=str(thief.laptop.address)))
        await holds(lambda: asking.laptop.reaches(FILES))
    begun = await ground.entries(at_least=2, codes=(Code.TUNNEL_CONNECTED,), person=asking.person)
    assert {one.details["device"] for one in begun} == {asking.machine.id}
    (await ground.entries(at_least=1, codes=(Code.TUNNEL_CONNECTED,), person=thief.person))


def connects(machine: Machine, host: str) -> bool:
    """By a process of its own: the address is drawn, and tests connect to known ones alone."""
    words = f"import socket; socket.create_connection(({host!r}, {NOTHING}), {SILENCE})"
    done = subprocess.run([*machine.within, sys.executable, "-c", words], capture_output=True, check=False)
    return done.returncode == 0


async def test_devices_reach_neither_each_other_nor_the_gateway_itself(
    ground: Ground, running: Networks
) -> None:
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    other, its_browser = await of(ground, running, "petr")
    await open_at_portal(ground, its_browser, other.machine.id)
    async with up(asking), up(other):
        theirs = str(other.laptop.address)
        with (
            answering(other.laptop.machine, theirs, NOTHING),
            answering(running.gateway, IN_TUNNEL, NOTHING),
        ):
            for host in (theirs, IN_TUNNEL):
                assert not await asyncio.to_thread(connects, asking.laptop.machine, host)
    vain = {(f"{host}:{NOTHING}/tcp", "tunnel_target_unknown") for host in (theirs, IN_TUNNEL)}
    async with asyncio.timeout(PATIENCE):
        while not vain <= {(one.details["host"], one.reason) for one in await tries(ground, asking)}:
            await asyncio.sleep(0.1)


async def test_a_device_whose_state_worsens_is_cut_at_once_and_goes_on_when_it_is_mended(
    ground: Ground, running: Networks
) -> None:
    asking, browser = await of(ground, running, "petr")
    await open_at_portal(ground, browser, asking.machine.id)
    async with up(asking):
        plain = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}
        await asking.machine.report(plain, tunnel_key=asking.laptop.key)
        await holds(lambda: not asking.laptop.reaches(FILES), AT_ONCE)
        assert (await asking.ask()).reached == []
        await asking.machine.report(tunnel_key=asking.laptop.key)
        await holds(lambda: asking.laptop.reaches(FILES))
    said = await ground.entries(at_least=1, codes=(Code.TUNNEL_REFUSED,), person=asking.person)
    assert {one.reason for one in said} >= {"phishing_resistant_needed", "nothing_permits"}


async def test_a_device_hears_names_of_what_it_reaches_and_nobody_else_hears_any(
    ground: Ground, running: Networks
) -> None:
    asking, browser = await of(ground, running, "petr")
    await open_at_portal(ground, browser, asking.machine.id)
    async with up(asking) as given:
        laptop, domain = asking.laptop, REGISTER_NAME.partition(".")[2]
        assert given.link is not None
        assert given.link.servers == [IN_TUNNEL, str(POOLS[1][1])]
        assert domain in given.link.domains
        source = str(laptop.address)

        def told(name: str, **more: str) -> tuple[str, set[str]] | None:
            return asked(laptop.machine, name, source=source, **more)

        assert told(REGISTER_NAME) == ("NOERROR", {SERVED})
        assert told(SHELL_NAME) == told(f"neni.{domain}") == ("NXDOMAIN", set())
        for other in ("www.seznam.cz", "login.brana.example", domain.partition(".")[2]):
            assert told(other) == ("REFUSED", set())
        assert told(domain, kind="AXFR") == ("REFUSED", set())
        running.middle.do("ip", "route", "replace", IN_TUNNEL, "via", GATEWAY)
        for server in (IN_TUNNEL, GATEWAY):
            assert asked(running.middle, REGISTER_NAME, server=server) is None
        await browser.post(f"{ground.portal}/.brana/sign-out", {})
        await holds(lambda: told(REGISTER_NAME) is None, AT_ONCE)
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=asking.person)
    assert closed.reason == "tunnel_session_over"


async def test_nobody_opens_the_tunnel_of_another_persons_device(ground: Ground, running: Networks) -> None:
    asking, _ = await of(ground, running, "jana")
    thief = await ground.signed_in(ground.somebody())
    page = await open_at_portal(ground, thief, asking.machine.id)
    assert page.status == 403
    entry = await ground.entry(page.request_id, Code.TUNNEL_NOT_OPENED)
    assert entry.reason == "tunnel_device_not_own"
    assert (await asking.ask()).link is None


async def refused(ground: Ground, asking: Asking, token: str, reason: str) -> None:
    told, number = await asking.send(token)
    assert isinstance(told, Refusal), told
    assert (told.reason, bool(told.cs), bool(told.en)) == (reason, True, True)
    entry = await ground.entry(number, Code.DEVICE_REPORT_REFUSED)
    assert (entry.outcome, entry.reason) == ("refused", reason)


async def test_a_question_that_was_asked_before_is_refused(ground: Ground, running: Networks) -> None:
    asking, _ = await of(ground, running, "jana")
    token = asking.token()
    await asking.send(token)
    await refused(ground, asking, token, "report_nonce_not_good")


async def test_a_question_that_another_key_signed_is_refused(ground: Ground, running: Networks) -> None:
    asking, _ = await of(ground, running, "jana")
    said = TunnelAsk(nonce=asking.machine.nonce, sequence=99, tunnel_key=asking.laptop.key)
    token = signed(Kind.TUNNEL, asking.machine.id, said, signing(new_key()))
    await refused(ground, asking, token, "report_not_signed")
    token = signed(Kind.REPORT, asking.machine.id, said, signing(asking.machine.agent.key))
    await refused(ground, asking, token, "report_not_signed")


async def test_a_key_of_another_device_or_in_another_text_is_refused(
    ground: Ground, running: Networks
) -> None:
    asking, _ = await of(ground, running, "jana")
    other, _ = await of(ground, running, "petr")
    await refused(ground, asking, asking.token(tunnel_key=other.laptop.key), "device_tunnel_key_in_use")
    for key in ("A" * 43 + "=", other.laptop.key[:-2] + "!=", "/" * 42 + "8="):
        await refused(ground, asking, asking.token(tunnel_key=key), "device_tunnel_key_not_good")


async def test_a_device_that_leaves_closes_its_tunnel(ground: Ground, running: Networks) -> None:
    asking, browser = await of(ground, running, "jana")
    await open_at_portal(ground, browser, asking.machine.id)
    assert (await asking.ask()).link is not None
    assert (await asking.ask(up=False)).link is None
    (closed,) = await ground.entries(at_least=1, codes=(Code.TUNNEL_CLOSED,), person=asking.person)
    assert closed.reason == "tunnel_closed_by_device"
