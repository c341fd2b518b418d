"""A real receiver behind TLS that dies and comes back: no entry is lost, whatever becomes of the line."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.settings import AuditReceiver
from gateway.audit.doubted import WAITED
from gateway.audit.entry import Code
from gateway.demo.authority import Authority
from gateway.forwarding import forwarder
from gateway.forwarding.forwarder import Forwarder, NotTaken
from gateway.forwarding.message import Wanted
from gateway.forwarding.syslog import Syslog
from gateway.storage.forwarding import StoredReceivers
from tests.gateway.audit.attacking import by_hand, put_in
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either, until
from tests.gateway.audit.rotating import SEAL
from tests.gateway.storage.test_checkpoints_altered import TABLES, kept, put_back
from tests.rig.authority import make_authority, server_pair
from tests.rig.syslog import SyslogReceiver, syslog_receiver

pytestmark = pytest.mark.real
SEQUENCE = re.compile(rb'sequence="(\d+)"')
REPEAT = timedelta(minutes=1)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def receiver(authority: Authority) -> AsyncIterator[SyslogReceiver]:
    async with syslog_receiver(server_pair(authority)) as made:
        yield made


@dataclass
class Sending:
    """A control plane that forwards; another one, made later, knows only what the database does."""

    log: Log
    receiver: SyslogReceiver
    authority: Path
    host: str = "localhost"
    certificate: Path | None = None
    key: Path | None = None

    def __post_init__(self) -> None:
        settings = AuditReceiver(
            name="siem", kind="syslog", host=self.host, port=self.receiver.port, authority=self.authority,
            certificate=self.certificate, key=self.key, from_beginning=True,
        )  # fmt: skip
        self.store = StoredReceivers(self.log.database, self.log.ledger.append, SEAL, KEYS.known)
        wanted = Wanted(form="ocsf", origin="brana.example")
        self.forwarder = Forwarder(
            "siem", self.store, Syslog(settings), wanted.syslog, self.log.clock, REPEAT, from_beginning=True
        )

    @property
    def line_is_lost(self) -> bool:
        try:
            self.forwarder.line.check()
        except NotTaken:
            return True
        return False

    async def send_all(self) -> None:
        """Until the log ends; what breaks is tried again as the product does, without its pauses."""
        for _ in range(200):
            try:
                if not await self.forwarder.step():
                    return
            except NotTaken as trouble:
                await self.store.failed("siem", trouble, self.log.clock(), timedelta(minutes=5))
        raise AssertionError("it never came to the end")

    async def place(self) -> int:
        (standing,) = await self.store.standing()
        return standing.following

    @property
    def got(self) -> list[int]:
        return [int(found[1]) for one in self.receiver.got if (found := SEQUENCE.search(one))]

    def codes(self) -> list[Code]:
        with self.log.database.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT code FROM audit_entry ORDER BY sequence")
            return [row[0] for row in rows]


@pytest_asyncio.fixture
async def sending(log: Log, receiver: SyslogReceiver, authority: Authority) -> AsyncIterator[Sending]:
    made = Sending(log, receiver, authority.certificate)
    yield made
    await made.forwarder.rest()


async def test_entries_arrive_in_order_each_once_while_nothing_breaks(sending: Sending):
    sending.log.append([entry(number) for number in range(450)])
    await sending.send_all()
    await until(lambda: len(sending.got) == 451)  # and that the receiver is met
    assert sending.got == list(range(451))
    body = sending.receiver.got[0].rpartition(b"] ")[2]
    assert json.loads(body)["metadata"]["uid"] == "brana.example/0"


async def test_what_was_just_sent_does_not_count_as_taken(sending: Sending):
    sending.log.append([entry(number) for number in range(10)])
    await sending.send_all()
    assert await sending.place() == 0
    sending.log.clock.advance(seconds=61)
    await sending.send_all()
    assert await sending.place() == 11


async def test_no_more_is_sent_than_may_wait_until_it_counts_as_taken(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(forwarder, "MOST_SENT", 2)
    sending.log.append([entry(number) for number in range(1_000)])
    await sending.send_all()
    await until(lambda: len(sending.got) >= 2 * forwarder.AT_ONCE)
    assert (len(sending.got), await sending.place()) == (2 * forwarder.AT_ONCE, 0)
    sending.log.clock.advance(seconds=61)
    await sending.send_all()
    await until(lambda: len(sending.got) >= 4 * forwarder.AT_ONCE)
    assert (len(sending.got), await sending.place()) == (4 * forwarder.AT_ONCE, 2 * forwarder.AT_ONCE)


async def test_a_receiver_that_dies_in_the_middle_loses_nothing(sending: Sending):
    sending.log.append([entry(number) for number in range(600)])
    sending.receiver.dies_after = 130
    await sending.send_all()
    await until(lambda: 600 in sending.got)
    assert set(sending.got) >= set(range(601))


async def test_a_receiver_that_never_read_and_died_is_sent_all_of_it_again(sending: Sending):
    sending.receiver.reads = False
    sending.log.append([entry(number) for number in range(50)])
    await sending.send_all()  # it all lies in the buffers of the other side
    await sending.receiver.die()
    sending.log.clock.advance(seconds=59)
    sending.receiver.reads = True
    sending.receiver.got.clear()
    await until(lambda: sending.line_is_lost)
    with pytest.raises(NotTaken):
        await sending.forwarder.step()
    await sending.receiver.start()
    await sending.send_all()
    await until(lambda: len(sending.got) == 51)
    assert sending.got == list(range(51))


async def test_only_what_is_behind_the_place_is_repeated(sending: Sending):
    sending.log.append([entry(number) for number in range(9)])
    await sending.send_all()
    sending.log.clock.advance(seconds=61)
    await sending.send_all()
    sending.log.append([entry(10)])
    await sending.send_all()
    await until(lambda: len(sending.got) == 11)
    await sending.forwarder.rest()  # the line is lost
    await sending.send_all()
    await until(lambda: len(sending.got) == 12)
    assert sending.got == [*range(11), 10]


async def test_a_control_plane_that_is_killed_is_followed_by_one_that_goes_on(sending: Sending):
    sending.log.append([entry(number) for number in range(300)])
    await sending.forwarder.step()
    other = Sending(sending.log, sending.receiver, sending.authority)
    await other.send_all()
    await until(lambda: len(sending.got) >= 301 + 200)
    assert set(sending.got) == set(range(301))
    await other.forwarder.rest()


async def test_one_that_is_down_for_long_is_told_once_and_that_it_is_back_once(sending: Sending):
    await sending.forwarder.step()
    await sending.receiver.die()
    await sending.forwarder.rest()
    for _ in range(5):
        with pytest.raises(NotTaken) as failed:
            await sending.forwarder.step()
        assert failed.value.reason == "receiver_unreachable"
        await sending.store.failed("siem", failed.value, sending.log.clock(), timedelta(minutes=5))
        sending.log.clock.advance(minutes=3)
    assert sending.codes().count(Code.RECEIVER_DOWN) == 1
    await sending.receiver.start()
    await sending.send_all()
    assert sending.codes().count(Code.RECEIVER_BACK) == 0  # nothing says yet that it keeps what it gets
    (standing,) = await sending.store.standing()
    assert standing.takes_again, "whoever asks now is not told that it takes nothing"
    assert (standing.reason, standing.cause) == ("", "")
    sending.log.clock.advance(minutes=2)
    await sending.send_all()
    assert sending.codes().count(Code.RECEIVER_BACK) == 1
    (standing,) = await sending.store.standing()
    assert standing.failing_since is None
    assert not standing.takes_again


async def test_one_that_breaks_again_before_anything_counts_fails_since_it_first_did(sending: Sending):
    await sending.forwarder.step()
    for _ in range(2):
        await sending.receiver.die()
        await sending.forwarder.rest()
        with pytest.raises(NotTaken) as failed:
            await sending.forwarder.step()
        await sending.store.failed("siem", failed.value, sending.log.clock(), timedelta(minutes=5))
        (standing,) = await sending.store.standing()
        assert (standing.reason, standing.takes_again) == ("receiver_unreachable", False)
        await sending.receiver.start()
        await sending.send_all()
        sending.log.clock.advance(seconds=20)
        (again,) = await sending.store.standing()
        assert (again.takes_again, again.failing_since) == (True, standing.failing_since)
    assert again.following == 0


async def test_entries_that_are_gone_are_told_to_the_log_and_so_to_the_receiver(sending: Sending):
    sending.log.append([entry(number) for number in range(5)])
    await sending.store.begin("siem", sending.log.clock(), from_beginning=True)
    with sending.log.database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE sequence < 3")
    await sending.send_all()
    assert sending.codes().count(Code.RECEIVER_MISSED) == 0, "somebody may put them back"
    sending.log.clock.advance(seconds=WAITED.total_seconds())
    await sending.send_all()
    assert sending.codes().count(Code.RECEIVER_MISSED) == 1
    await until(lambda: len(sending.got) == 4)
    assert sending.got == [3, 4, 5, 6]
    assert b'"first":0,"last":2' in sending.receiver.got[-1]


async def test_a_damaged_row_stops_nothing_and_is_not_told_as_genuine(sending: Sending):
    sending.log.append([entry(0, person="novak"), entry(1)])
    by_hand(sending.log, ("UPDATE audit_entry SET canonical = ? WHERE sequence = 0", (b"\0",)))
    await sending.send_all()
    sending.log.clock.advance(seconds=WAITED.total_seconds())
    await sending.send_all()
    await until(lambda: len(sending.got) == 3)
    assert b"audit.entry_unreadable" in sending.receiver.got[0]
    assert b"novak" not in sending.receiver.got[0]


async def test_bytes_that_somebody_changes_for_a_moment_are_sent_as_they_were_written(sending: Sending):
    sending.log.append([entry(0, person="novak"), entry(1)])
    put_in(sending.log, 0, entry(0, person="svoboda"))
    await sending.send_all()
    assert sending.got == []
    put_in(sending.log, 0, entry(0, person="novak"))
    await sending.send_all()
    await until(lambda: len(sending.got) == 3)
    assert b"novak" in sending.receiver.got[0]


async def test_a_receiver_of_another_authority_gets_nothing(
    log: Log, receiver: SyslogReceiver, tmp_path: Path
):
    other = make_authority(tmp_path / "other", "Another authority")
    with pytest.raises(NotTaken) as failed:
        await Sending(log, receiver, other.certificate).forwarder.step()
    assert failed.value.reason == "receiver_not_trusted"
    assert receiver.got == []


async def test_a_receiver_of_another_name_gets_nothing(log: Log, authority: Authority):
    async with syslog_receiver(server_pair(authority, "elsewhere", ["elsewhere.example"])) as other:
        with pytest.raises(NotTaken) as failed:
            await Sending(log, other, authority.certificate).forwarder.step()
        assert failed.value.reason == "receiver_not_trusted"
        assert other.got == []


async def test_a_receiver_that_asks_who_we_are_is_shown_our_certificate(log: Log, authority: Authority):
    ours = authority.issue("ours", ["brana.example"], datetime.now(UTC), ExtendedKeyUsageOID.CLIENT_AUTH)
    async with syslog_receiver(server_pair(authority), authority.certificate) as asking:
        made = Sending(log, asking, authority.certificate, certificate=ours.certificate, key=ours.key)
        await made.send_all()
        await until(lambda: made.got == [0])
        await made.forwarder.rest()


async def test_files_that_cannot_be_used_are_told_as_such(log: Log, receiver: SyslogReceiver, tmp_path: Path):
    with pytest.raises(NotTaken) as failed:
        await Sending(log, receiver, tmp_path / "nothing.pem").forwarder.step()
    assert failed.value.reason == "receiver_settings_unusable"


@pytest.mark.parametrize("place", ["kept beyond the end", "put back with the rest"])
async def test_a_receiver_gets_what_is_new_in_a_log_that_was_put_back(sending: Sending, place: str):
    """Numbers that it had are given to other entries: without that they would be passed over in silence."""
    sending.log.append([entry(number) for number in range(10)])
    await sending.send_all()
    tables = (*TABLES, *(("audit_receiver",) if place == "put back with the rest" else ()))
    yesterday = kept(sending.log, *tables)
    sending.log.append([entry(number) for number in range(20)])
    await sending.send_all()
    sending.log.clock.advance(seconds=61)
    await sending.send_all()
    put_back(sending.log, yesterday)
    sending.log.append([entry(90, person="new")])
    await sending.send_all()
    await until(lambda: any(b'"new"' in one for one in sending.receiver.got))
    if place == "kept beyond the end":
        assert Code.LOG_PLACE_MOVED in sending.codes()
