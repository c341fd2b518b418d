"""A real tunnel between namespaces: what is permitted passes, and nothing else, for as long as it is permitted."""

import asyncio
import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address

import psycopg
import pytest

from gateway.tunnels.connections import Began, Ended, Ledger
from gateway.tunnels.keeping import Keeping
from gateway.tunnels.opening import Opened, ready_for
from gateway.tunnels.permits import Admitted, Target, Transport
from gateway.tunnels.refusals import Refused
from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.userspace import Userspace
from gateway.tunnels.wireguard_go import runs
from tests.rig.file_share import file_share
from tests.rig.postgres import cluster
from tests.rig.tunnels import (
    ECHO,
    GATEWAY,
    IN_TUNNEL,
    OTHER,
    POOLS,
    PORT,
    SERVED,
    SERVED_6,
    SILENCE,
    Ground,
    Laptop,
    answering,
    hears,
    now,
    why_not,
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
DATABASE, SHARE = 5432, 445
MOMENT = timedelta(milliseconds=600)


def answers(connection: socket.socket, within: float = SILENCE) -> bool:
    connection.settimeout(within)
    connection.sendall(b"dobry den")
    try:
        return connection.recv(100) == b"dobry den"
    except TimeoutError:
        return False


def test_a_service_is_reached_by_rule_and_not_otherwise(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    there.run(tunnel.tunnel.refused(now()))
    assert jana.reaches(ECHO)
    assert not jana.reaches(OTHER)
    refused = there.run(tunnel.tunnel.refused(now()))
    assert [(one.device, one.target) for one in refused] == [
        (jana.address, Target(ip_address(SERVED), Transport.TCP, OTHER))
    ]
    assert there.run(tunnel.tunnel.refused(now())) == []


def test_a_database_is_used_by_rule_and_not_otherwise(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    def said() -> object:
        with (
            jana.machine.entered(),
            psycopg.connect(host=SERVED, user="brana", dbname="postgres", connect_timeout=2) as one,
        ):
            return one.execute("SELECT 6 * 7").fetchall()

    with there.office.entered(), cluster(listen_addresses=f"'{SERVED}'") as server:
        with (server.data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {POOLS[0]} trust\n")
        server.run("SELECT pg_reload_conf()")
        assert not jana.reaches(DATABASE)
        there.run(tunnel.tunnel.admit(jana.admitted(DATABASE), now()))
        assert said() == [(42,)]


def test_a_file_share_is_read_by_rule_and_not_otherwise(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    def said() -> subprocess.CompletedProcess[str]:
        command = ["smbclient", f"//{SERVED}/spisy", "-N", "-t", "2", "-c", "get smlouva.txt -"]
        return subprocess.run([*jana.machine.within, *command], capture_output=True, check=False, text=True)

    with file_share(there.office, SERVED):
        assert not jana.reaches(SHARE)
        there.run(tunnel.tunnel.admit(jana.admitted(SHARE), now()))
        assert "Hulín koupí lavičky" in said().stdout


def test_another_devices_address_opens_nothing(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    there.run(tunnel.tunnel.refused(now()))
    jana.machine.do("ip", "address", "add", f"{petr.address}/32", "dev", jana.interface)
    try:
        assert not jana.reaches(ECHO, source=str(petr.address))
    finally:
        jana.machine.do("ip", "address", "del", f"{petr.address}/32", "dev", jana.interface)
    assert there.run(tunnel.tunnel.refused(now())) == []  # WireGuard itself let nothing of it in
    assert petr.reaches(ECHO)


def test_a_neighbour_of_the_gateway_is_no_device(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    """A machine beside it sends by its network card what bears a device's address."""
    there.run(tunnel.tunnel.admit(jana.suspended(), now()))  # her own connections are forgotten
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
    there.middle.do("ip", "address", "add", f"{jana.address}/32", "dev", "lo")
    there.middle.do("ip", "route", "add", SERVED, "via", GATEWAY)
    try:
        with there.middle.entered(), socket.socket() as pretending:
            pretending.settimeout(SILENCE)
            pretending.bind((str(jana.address), 0))
            with pytest.raises(TimeoutError):
                pretending.connect((SERVED, ECHO))
        assert jana.address not in {flow.device for flow in there.run(there_is(tunnel))}
    finally:
        there.middle.do("ip", "route", "del", SERVED)
        there.middle.do("ip", "address", "del", f"{jana.address}/32", "dev", "lo")


def test_a_packet_of_no_connection_gets_nowhere_also_where_the_device_may(
    tunnel: Opened, there: Ground, jana: Laptop
) -> None:
    """Whose flags begin and end one at once, which the kernel calls invalid: scans are made of such."""
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
    assert jana.reaches(ECHO)
    with there.office.entered():
        ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    with jana.machine.entered():
        mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    with ear, mouth:
        mouth.bind((str(jana.address), 0))
        ear.settimeout(SILENCE)
        for port, flags in ((40001, SYN | RST), (40002, SYN | FIN), (40003, 0), (40004, SYN)):
            mouth.sendto(segment(str(jana.address), SERVED, port, ECHO, flags), (SERVED, 0))
        assert heard_ports(ear) & {40001, 40002, 40003, 40004} == {40004}


FIN, SYN, RST = 1, 2, 4


def segment(source: str, target: str, port: int, to: int, flags: int) -> bytes:
    """Of TCP, without data (RFC 9293 §3.1)."""
    made = struct.pack("!HHIIBBHHH", port, to, 1, 0, 5 << 4, flags, 8192, 0, 0)
    pseudo = socket.inet_aton(source) + socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(made))
    total = sum(struct.unpack("!16H", pseudo + made))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return made[:16] + struct.pack("!H", ~total & 0xFFFF) + made[18:]


def heard_ports(ear: socket.socket) -> set[int]:
    """From which segments came until none comes."""
    found = set()
    with contextlib.suppress(TimeoutError):
        while True:
            packet = ear.recv(2000)
            found.add(int(struct.unpack("!H", packet[20:22])[0]))
    return found


def test_devices_do_not_reach_each_other_nor_the_gateway(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    end = now() + timedelta(hours=1)
    everywhere = {
        Target(ip_address(host), transport, ECHO): end
        for host in (str(petr.address), SERVED)
        for transport in Transport
    }
    there.run(tunnel.tunnel.admit(Admitted(jana.key, frozenset({jana.address}), end, everywhere), now()))
    with answering(there.gateway, "0.0.0.0", ECHO):
        assert not hears(petr.machine, str(petr.address), jana.machine, str(jana.address), ECHO)
        assert not jana.reaches(ECHO, host=IN_TUNNEL)
        assert hears(there.office, SERVED, jana.machine, str(jana.address), ECHO)


def test_the_office_reaches_no_device(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    assert not hears(jana.machine, str(jana.address), there.office, SERVED, ECHO)


def test_a_suspended_device_falls_silent_and_goes_on_where_it_was(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    with jana.connected(ECHO) as hers, petr.connected(ECHO) as his:
        assert answers(hers)
        assert answers(his)
        there.run(tunnel.tunnel.admit(jana.suspended(), now()))
        assert not answers(hers)
        assert answers(his)
        assert {flow.device for flow in there.run(there_is(tunnel))} == {petr.address}
        there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
        hers.settimeout(5)
        assert hers.recv(100) == b"dobry den"  # the same connection, and no new handshake of 15 seconds


def test_a_revoked_device_is_a_stranger_and_nobody_else_notices(
    tunnel: Opened, there: Ground, jana: Laptop, petr: Laptop
) -> None:
    with jana.connected(ECHO) as hers, petr.connected(ECHO) as his:
        before = there.run(tunnel.device.seen()).peers[petr.key]
        there.run(tunnel.tunnel.revoke(jana.key, now()))
        assert not answers(hers)
        assert answers(his)
        after = there.run(tunnel.device.seen()).peers
        assert jana.key not in after
        assert after[petr.key].handshake == before.handshake
    there.run(tunnel.tunnel.admit(jana.admitted(), now()))
    jana.begin_anew(there.private.public)


def test_what_lost_its_permit_ends_and_the_rest_of_the_device_goes_on(
    tunnel: Opened, there: Ground, jana: Laptop
) -> None:
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO, OTHER), now()))
    with jana.connected(ECHO) as stays, jana.connected(OTHER) as goes:
        there.run(tunnel.tunnel.admit(jana.admitted(ECHO), now()))
        assert not answers(goes)
        assert answers(stays)
        assert {flow.target.port for flow in there.run(there_is(tunnel))} == {ECHO}


def test_a_permit_ends_by_itself(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    there.run(tunnel.tunnel.admit(jana.admitted(ECHO, targets=MOMENT), now()))
    with jana.connected(ECHO) as hers:
        assert answers(hers)
        silent_at_last(hers)
        assert jana.address in {flow.device for flow in there.run(there_is(tunnel))}
        there.run(tunnel.tunnel.renew(now()))
        assert jana.address not in {flow.device for flow in there.run(there_is(tunnel))}


def test_without_a_control_plane_everything_ends_by_itself(there: Ground, jana: Laptop) -> None:
    opened = there.open()
    opened.tunnel._lasts = MOMENT
    there.run(opened.tunnel.apply([one.admitted(ECHO) for one in there.laptops.values()], now()))
    with jana.connected(ECHO) as hers:
        assert answers(hers)
        there.leave()  # nobody renews the lease
        silent_at_last(hers)


def test_a_restart_interrupts_nobody(there: Ground, jana: Laptop) -> None:
    admitted = [one.admitted(ECHO) for one in there.laptops.values()]
    there.run(there.open().tunnel.apply(admitted, now()))
    with jana.connected(ECHO) as hers:
        there.leave()
        again = there.open()
        assert again.process is not None
        assert again.process.taken_up
        assert answers(hers)
        there.run(again.tunnel.apply(admitted, now()))
        assert answers(hers)
        there.leave()


def test_the_sixth_version_of_ip_is_no_way_around(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    with answering(there.office, SERVED_6, ECHO), answering(there.office, SERVED_6, OTHER):
        assert not jana.reaches(ECHO, host=SERVED_6)
        there.run(tunnel.tunnel.admit(jana.admitted(ECHO, host=SERVED_6), now()))
        assert jana.reaches(ECHO, host=SERVED_6)
        assert not jana.reaches(OTHER, host=SERVED_6)
        refused = {str(one.target.host) for one in there.run(tunnel.tunnel.refused(now()))}
        assert SERVED_6 in refused
        there.run(tunnel.tunnel.admit(jana.suspended(), now()))
        assert not jana.reaches(ECHO, host=SERVED_6)


def test_a_connection_is_told_from_its_beginning_to_its_end(
    tunnel: Opened, there: Ground, jana: Laptop
) -> None:
    ledger = Ledger(POOLS)
    list(ledger.there_are(there.run(there_is(tunnel)), now()))
    with jana.connected(ECHO) as hers:
        port = hers.getsockname()[1]
        hers.sendall(b"x" * 10_000)
        got = 0
        while got < 10_000:
            got += len(hers.recv(65536))
        there.run(tunnel.tunnel.admit(jana.suspended(), now()))
    told = []
    for begins, flow in tunnel.connections.happened():
        told += ledger.began(flow, now()) if begins else ledger.ended(flow, now())
    began, ended = (one for one in told if one.flow.port == port)
    assert isinstance(began, Began)
    assert isinstance(ended, Ended)
    assert began.flow.device == ended.flow.device == jana.address
    assert ended.flow.target == Target(ip_address(SERVED), Transport.TCP, ECHO)
    assert ended.known
    assert ended.flow.sent is not None
    assert ended.flow.received is not None
    assert 10_000 < ended.flow.sent < 20_000
    assert 10_000 < ended.flow.received < 20_000
    assert began.at <= ended.at
    assert ended.flow.id not in {one.flow.id for one in ledger.open}


def test_a_device_that_died_is_noticed_and_comes_back_with_its_peers(there: Ground, jana: Laptop) -> None:
    opened = there.open()
    assert opened.process is not None
    there.run(opened.process.end())
    there.leave()
    again = there.open()
    assert again.process is not None
    assert not again.process.taken_up
    there.run(again.tunnel.apply([jana.admitted(ECHO)], now()))
    assert set(there.run(again.device.seen()).peers) == {jana.key}
    jana.begin_anew(there.private.public)
    assert jana.reaches(ECHO)
    there.leave()


def test_what_dies_is_made_again_and_what_happens_is_told(there: Ground, jana: Laptop) -> None:
    opened = there.open()
    there.run(opened.tunnel.apply([one.admitted(ECHO) for one in there.laptops.values()], now()))
    told, said = [], []

    async def tell(what) -> None:
        told.extend(what)

    async def begun() -> asyncio.Task[None]:
        keeping = Keeping(
            opened,
            lambda: ready_for(there.plan, there.private, PORT),
            Ledger(POOLS),
            tell,
            said.append,
            now,
            renew_every=timedelta(milliseconds=200),
        )
        return asyncio.create_task(keeping.keep())

    keeping = there.run(begun())
    with jana.connected(ECHO) as hers:
        at_last(lambda: (Began, hers.getsockname()[1]) in {(type(one), port_of(one)) for one in told})
        assert opened.process is not None
        os.kill(opened.process.process, signal.SIGKILL)
        at_last(lambda: runs(there.plan.interface) not in {None, opened.process})
        at_last(lambda: knows(there, jana))
        assert said == ["wireguard-go ended; it is started again, and devices shake hands anew"]
        jana.begin_anew(there.private.public)
        hers.settimeout(5)
        hers.sendall(b"dobry den")
        assert hers.recv(100) == b"dobry den"  # what was said of her holds again
    assert not jana.reaches(OTHER)
    wanted = Refused(jana.address, Target(ip_address(SERVED), Transport.TCP, OTHER))
    at_last(lambda: wanted in told)
    there.run(ended(keeping))
    there.leave()


def port_of(one: Began | Ended | Refused) -> int:
    return 0 if isinstance(one, Refused) else one.flow.port


def knows(there: Ground, laptop: Laptop) -> bool:
    try:
        peer = there.run(Userspace(there.plan.interface).seen()).peers.get(laptop.key)
    except TunnelDeviceFailed:
        return False
    return peer is not None and bool(peer.allowed)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()


def at_last(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def silent_at_last(connection: socket.socket) -> None:
    until = time.monotonic() + 5
    while answers(connection):
        assert time.monotonic() < until


async def there_is(tunnel: Opened) -> list:
    return tunnel.connections.all()
