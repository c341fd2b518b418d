"""A person opens a tunnel, and their device reaches what the policies permit: real policies, sessions and WireGuard.

The process of the tunnel is the one that operators start; the laptop is a network of its own.
"""

import asyncio
import contextlib
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agents.protocol.messages import Standing
from config.settings import TunnelTarget
from config.vocabulary import AuthenticationLevel, SubjectId
from gateway.audit.entry import Code
from gateway.authorize.tunnel_places import look
from gateway.sessions.session import EndReason
from gateway.tunnel_sessions.opened import Why
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.line import Line
from gateway.tunnels.words import FOLDER, SOCKET
from idp.events import Origin
from tests.rig.file_share import file_share
from tests.rig.tunnel_process import process
from tests.rig.tunnel_world import ORIGIN, World, target, world
from tests.rig.tunnels import (
    LAPTOPS,
    SERVED,
    SOON,
    Ground,
    Laptop,
    answering,
    ground,
    now,
    told,
    why_not,
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
SHARE, DATABASE, SHELL = 445, 5432, 22
STRONG = AuthenticationLevel.PHISHING_RESISTANT
PETR = SubjectId("urad:22222222-2222-4222-8222-222222222222")
BEGUN = (Code.TUNNEL_CONNECTED,)
OUTER = {name: addresses[0] for name, addresses in LAPTOPS.items()}
AT_ONCE = 1.0  # seconds from what happens to what follows
TARGETS = (
    target("files", addresses=[SERVED], ports=[SHARE]),
    target("database", addresses=[SERVED], ports=[DATABASE], protocol="postgresql", application="databases",
           action="read"),
)  # fmt: skip


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made, answering(made.office, SERVED, DATABASE), answering(made.office, SERVED, SHELL):
        yield made


class Late:
    """The line, which is made after the office that speaks over it."""

    line: Line

    async def admit(self, one) -> None:
        await self.line.admit(one)

    async def revoke(self, key) -> None:
        await self.line.revoke(key)


@pytest.fixture
async def office(there: Ground, tmp_path: Path) -> AsyncIterator[World]:
    async with late_office(there, tmp_path, TARGETS) as made:
        yield made


@contextlib.asynccontextmanager
async def late_office(there: Ground, tmp_path: Path, targets: Sequence[TunnelTarget]) -> AsyncIterator[World]:
    """It decides about these targets, and speaks with a real process of the tunnel."""
    late = Late()
    with world(tmp_path, late, targets) as made, process(there, tmp_path):
        made.now = now()
        await live(made, late, tmp_path)
        keeping = made.keeping
        try:
            yield made
        finally:
            for one in keeping:
                one.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)


async def live(made: World, late: Late, folder: Path) -> None:
    """As a control plane does, by the clock of this machine."""
    said: list[str] = []
    connections = made.office.connections
    late.line = Line(folder / FOLDER / SOCKET, connections.recorded, connections.hear, said.append)
    made.office._clock = now
    admitted = await made.office.take_up()
    made.keeping = [asyncio.create_task(one) for one in (late.line.keep(admitted), made.office.keep())]
    async with asyncio.timeout(SOON):
        while not late.line.stands:
            await asyncio.sleep(0.01)


async def follows(holds: Callable[[], bool], within: float = SOON) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.01)
    return time.monotonic() - began


@pytest.fixture
def jana(there: Ground) -> Laptop:
    return there.laptops["jana"]


def set_up(laptop: Laptop, addresses) -> None:
    """With the addresses that it was given, as an agent does."""
    (address,) = (one for one in addresses if one.version == 4)
    with contextlib.suppress(subprocess.CalledProcessError, AssertionError):
        laptop.machine.do("ip", "address", "add", f"{address}/32", "dev", laptop.interface)
    laptop.machine.do("ip", "route", "replace", f"{SERVED}/32", "dev", laptop.interface, "src", str(address))
    laptop.address = address


async def opened(there: Ground, office: World, laptop: Laptop, **other: object):
    session = await office.signed_in(**other)
    device = office.device(tunnel_key=laptop.key, reported_at=now())
    made = await office.office.open(device.id, session, ORIGIN, now())
    await asyncio.to_thread(set_up, laptop, made.addresses)
    await asyncio.to_thread(laptop.begin_anew, there.private.public)
    return session, device, made


def connects(laptop: Laptop, port: int) -> bool:
    return laptop.reaches(port)


async def test_a_file_share_is_read_after_it_was_opened_and_every_connection_is_in_the_log(
    there: Ground, office: World, jana: Laptop
) -> None:
    def said() -> str:
        command = ["smbclient", f"//{SERVED}/spisy", "-N", "-t", "2", "-c", "get smlouva.txt -"]
        done = subprocess.run([*jana.machine.within, *command], capture_output=True, check=False, text=True)
        return done.stdout

    with file_share(there.office, SERVED):
        assert not await asyncio.to_thread(jana.reaches, SHARE)
        _, device, _ = await opened(there, office, jana)
        await follows(lambda: connects(jana, SHARE))
        assert "Hulín koupí lavičky" in await asyncio.to_thread(said)
        assert not await asyncio.to_thread(jana.reaches, DATABASE)
        assert not await asyncio.to_thread(jana.reaches, SHELL)
        await follows(lambda: len(office.of(Code.TUNNEL_TRIED)) == 2)
    assert {(one.reason, one.details["host"]) for one in office.of(Code.TUNNEL_TRIED)} == {
        ("key_needed", f"{SERVED}:{DATABASE}/tcp"),
        (Why.UNKNOWN_TARGET, f"{SERVED}:{SHELL}/tcp"),
    }
    begun = office.of(Code.TUNNEL_CONNECTED)
    assert {(one.person, one.details["device"], one.details["target"]) for one in begun} == {
        ("novakova.jana", device.id, "files")
    }


async def test_a_session_that_ends_cuts_what_stands_within_a_second(
    there: Ground, office: World, jana: Laptop
) -> None:
    session, _, _ = await opened(there, office, jana, acr=STRONG, amr=("hwk",))
    await follows(lambda: connects(jana, DATABASE))
    stands = await asyncio.to_thread(jana.connected, DATABASE)
    with stands:
        assert await asyncio.to_thread(echoes, stands)
        began = time.monotonic()
        await office.sessions.end([session], EndReason.SIGNED_OUT, None, now())
        await follows(lambda: bool(office.of(Code.TUNNEL_CLOSED)), AT_ONCE)
        assert time.monotonic() - began < AT_ONCE
        assert not await asyncio.to_thread(echoes, stands)
    await follows(lambda: bool(office.of(Code.TUNNEL_DISCONNECTED)))
    ended = [one for one in office.of(Code.TUNNEL_DISCONNECTED) if one.details["target"] == "database"]
    assert all(int(one.details["bytes_sent"]) > 0 for one in ended)


async def test_a_lost_device_is_a_stranger_within_a_second_and_cannot_come_back(
    there: Ground, office: World, jana: Laptop
) -> None:
    session, device, made = await opened(there, office, jana)
    with file_share(there.office, SERVED):
        await follows(lambda: connects(jana, SHARE))
        office.changes(device, standing=Standing.LOST, tunnel_key=None)
        await follows(lambda: bool(office.of(Code.TUNNEL_CLOSED)), AT_ONCE)
        assert not await asyncio.to_thread(jana.reaches, SHARE)
        await asyncio.to_thread(jana.begin_anew, there.private.public)  # its key is still on it
        assert not await asyncio.to_thread(jana.reaches, SHARE)
    with pytest.raises(Exception, match=Why.DEVICE_UNKNOWN):
        await office.office.open(device.id, session, ORIGIN, now())
    assert made.key not in {one.key for one in await office.tunnels.open_ones()}


async def test_a_control_plane_that_comes_back_goes_on_where_the_other_was(
    there: Ground, office: World, jana: Laptop, tmp_path: Path
) -> None:
    _, device, _ = await opened(there, office, jana, acr=STRONG, amr=("hwk",))
    await follows(lambda: connects(jana, DATABASE))
    stands = await asyncio.to_thread(jana.connected, DATABASE)
    with stands:
        assert await asyncio.to_thread(echoes, stands)
        await follows(lambda: any(port_of(one) == stands.getsockname()[1] for one in office.of(*BEGUN)))
        for one in office.keeping:
            one.cancel()
        await asyncio.gather(*office.keeping, return_exceptions=True)
        office.begin()
        office.process.line = None  # type: ignore[attr-defined]
        await live(office, office.process, tmp_path)  # type: ignore[arg-type]
        assert await asyncio.to_thread(echoes, stands), "nobody noticed"
        mine = [one for one in office.of(*BEGUN) if port_of(one) == stands.getsockname()[1]]
        assert len(mine) == 1
    assert await office.office.close(device.id, Why.CLOSED_BY_PERSON, ORIGIN, now())
    await follows(
        lambda: any(port_of(one) == port_of(mine[0]) for one in office.of(Code.TUNNEL_DISCONNECTED))
    )


async def test_another_devices_address_is_nobody_elses(there: Ground, office: World, jana: Laptop) -> None:
    """Whoever takes the address of a device that may speaks into the void: it goes by the key."""
    petr = there.laptops["petr"]
    await opened(there, office, jana, acr=STRONG, amr=("hwk",))
    other = await office.signed_in("T", subject=PETR, login="petr", roles=())
    device = office.device("tablet", tunnel_key=petr.key, owner=PETR, reported_at=now())
    made = await office.office.open(device.id, other, ORIGIN, now())
    await asyncio.to_thread(set_up, petr, made.addresses)
    await asyncio.to_thread(petr.begin_anew, there.private.public)
    await follows(lambda: connects(jana, DATABASE))
    assert not await asyncio.to_thread(petr.reaches, DATABASE)
    thief = replace(petr)
    await asyncio.to_thread(set_up, thief, [jana.address])
    assert not await asyncio.to_thread(thief.reaches, DATABASE)
    assert await asyncio.to_thread(jana.reaches, DATABASE)


async def test_a_copy_of_the_tunnels_key_closes_the_tunnel_that_it_takes_over(
    there: Ground, office: World, jana: Laptop
) -> None:
    """It speaks from another machine in an open tunnel, and signs nothing."""
    _, device, made = await opened(there, office, jana, acr=STRONG, amr=("hwk",))
    await office.office.asked(device.id, Origin(address=OUTER["jana"], request_id="r-2"), now())
    await follows(lambda: connects(jana, DATABASE))
    assert await heard_from(office, made.key) == OUTER["jana"]
    thief = replace(there.laptops["petr"], private=jana.private)
    await asyncio.to_thread(take_over, thief, made.addresses, there.private.public)
    try:
        for turn in range(3):
            await comes_from(thief, OUTER["petr"], there, office, made.key)
            assert len(office.of(Code.TUNNEL_TWO_PLACES)) == (turn > 0)
            assert len(office.of(Code.TUNNEL_CLOSED)) == (turn > 1)
            if turn < 2:
                await comes_from(jana, OUTER["jana"], there, office, made.key)
        assert not await asyncio.to_thread(thief.reaches, DATABASE)
    finally:
        await asyncio.to_thread(give_back, there.laptops["petr"])
    (noted,), (closed,) = office.of(Code.TUNNEL_TWO_PLACES), office.of(Code.TUNNEL_CLOSED)
    assert (noted.address, noted.details["elsewhere"]) == (OUTER["jana"], OUTER["petr"])
    assert closed.reason == Why.TWO_PLACES


async def heard_from(office: World, key: TunnelKey) -> str:
    """Where the process says that the key was last heard, after a look at it."""

    async def record(entries) -> None:
        await office.store.record(None, now(), entries)

    standing = await office.process.line.standing()  # type: ignore[attr-defined]
    await look(office.office, standing.peers, record, now(), closes=True)
    (peer,) = (one for one in standing.peers if one.key == key)
    return peer.address


async def comes_from(laptop: Laptop, place: str, there: Ground, office: World, key: TunnelKey) -> None:
    """The other one may shake hands again by itself before the look."""
    async with asyncio.timeout(SOON):
        while True:
            await follows(lambda: connects_anew(laptop, there))
            if await heard_from(office, key) == place:
                return


def connects_anew(laptop: Laptop, there: Ground) -> bool:
    """As whichever of the two is not answered shakes hands again."""
    laptop.begin_anew(there.private.public)
    return laptop.reaches(DATABASE)


def take_over(thief: Laptop, addresses, gateway: TunnelKey) -> None:
    told(thief.interface, f"set=1\nprivate_key={thief.private.reveal().hex()}\n\n")
    set_up(thief, addresses)
    thief.begin_anew(gateway)


def give_back(laptop: Laptop) -> None:
    told(laptop.interface, f"set=1\nprivate_key={laptop.private.reveal().hex()}\n\n")


async def test_a_key_that_was_tampered_with_opens_nothing(there: Ground, office: World, jana: Laptop) -> None:
    session, device, _ = await opened(there, office, jana, acr=STRONG, amr=("hwk",))
    await follows(lambda: connects(jana, DATABASE))
    other_text = jana.key[:-2] + chr(ord(jana.key[-2]) + 1) + "="  # another text of the same octets, or none
    office.changes(device, tunnel_key=other_text)
    await follows(lambda: bool(office.of(Code.TUNNEL_CLOSED)), AT_ONCE)
    assert office.of(Code.TUNNEL_CLOSED)[0].reason == Why.KEY_CHANGED
    assert not await asyncio.to_thread(jana.reaches, DATABASE)
    with pytest.raises(Exception, match=Why.KEY_MISSING):
        await office.office.open(device.id, session, ORIGIN, now())


def echoes(connection: socket.socket) -> bool:
    connection.settimeout(0.4)
    try:
        connection.sendall(b"dobry den")
        return connection.recv(100) == b"dobry den"
    except OSError:
        return False


def port_of(entry) -> int:
    return int(entry.details["source_port"])
