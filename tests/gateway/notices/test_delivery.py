"""One round of a channel over the real outbox: what arrives, what waits, what is given up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from config.vocabulary import Language
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.notices.delivery import AT_ONCE, Delivery, NotDelivered, Undelivered
from gateway.notices.notice import Channel, Notice
from gateway.notices.retry import BACK_OFF
from gateway.storage.audit import append
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.notices import StoredOutbox
from idp import events
from tests.rig.people import JANA, NOON
from tests.rig.prepared import prepared

CHANGED = events.PasswordChanged(at=NOON, person=JANA.login, subject=JANA.subject)


@dataclass
class World:
    outbox: StoredOutbox
    now: datetime = NOON
    fails: list[Exception] = field(default_factory=list)
    """What the next attempts end in; then they arrive."""
    attempts: list[Notice] = field(default_factory=list)
    arrived: list[Notice] = field(default_factory=list)

    def delivery(self, channel: Channel = Channel.WEBHOOK) -> Delivery:
        return Delivery(channel, self.outbox, self.send, lambda: self.now)

    async def send(self, notice: Notice) -> None:
        self.attempts.append(notice)
        if self.fails:
            raise self.fails.pop(0)
        self.arrived.append(notice)

    async def post(self, number: int = 1) -> None:
        await self.outbox.database.write(lambda c: self.outbox.post(c, [CHANGED] * number))

    def entries(self) -> list[Entry]:
        return self.outbox.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    prepared(tmp_path / "brana.db")
    database = Database(tmp_path / "brana.db")
    yield World(StoredOutbox(database, append, list(Channel), Language.CZECH))
    database.close()


def down() -> NotDelivered:
    return NotDelivered(Undelivered.RECEIVER_UNREACHABLE)


async def test_what_is_due_arrives_once(world: World):
    await world.post()
    await world.delivery().step()
    await world.delivery().step()
    (arrived,) = world.arrived
    assert arrived.happened.subject == JANA.subject
    assert arrived.language is Language.CZECH


async def test_each_channel_has_its_own_and_one_that_is_down_delays_no_other(world: World):
    await world.post()
    world.fails = [down()]
    await world.delivery(Channel.WEBHOOK).step()
    await world.delivery(Channel.SMTP).step()
    assert [notice.channel for notice in world.arrived] == [Channel.SMTP]


async def test_a_receiver_that_is_down_is_not_asked_again_before_the_pause_is_over(world: World):
    await world.post(3)
    world.fails = [down()]
    assert await world.delivery().step() is False
    assert len(world.attempts) == 1  # the others wait for the next round
    await world.delivery().step()
    assert len(world.arrived) == 2
    world.now += BACK_OFF[0] - timedelta.resolution
    await world.delivery().step()
    assert len(world.arrived) == 2
    world.now += timedelta.resolution
    await world.delivery().step()
    assert len(world.arrived) == 3


async def test_a_notice_is_given_up_after_the_last_attempt_and_that_is_recorded(world: World):
    await world.post()
    for pause in (*BACK_OFF, timedelta()):
        world.fails = [down()]
        await world.delivery().step()
        world.now += pause
    assert len(world.attempts) == len(BACK_OFF) + 1
    world.fails = []
    world.now += timedelta(days=30)
    await world.delivery().step()
    assert world.arrived == []
    (entry,) = world.entries()
    assert (entry.code, entry.outcome, entry.subject) == (Code.NOTICE_GIVEN_UP, Outcome.FAILURE, JANA.subject)
    assert entry.reason == "receiver_unreachable"
    assert entry.details["attempts"] == len(BACK_OFF) + 1
    assert entry.details["kind"] == "password_changed"


async def test_what_can_never_arrive_is_given_up_at_once_and_the_next_goes_on(world: World):
    await world.post(2)
    world.fails = [NotDelivered(Undelivered.NO_MAIL_ADDRESS, final=True)]
    await world.delivery().step()
    assert len(world.arrived) == 1
    assert [entry.reason for entry in world.entries()] == ["no_mail_address"]


async def test_a_channel_that_was_taken_out_of_the_configuration_gives_up_what_waits(world: World):
    await world.post()
    await Delivery(Channel.WEBHOOK, world.outbox, None, lambda: world.now).step()
    assert [entry.reason for entry in world.entries()] == ["channel_not_configured"]


async def test_an_attempt_that_breaks_counts_as_failed_and_the_next_notice_goes_on(world: World):
    await world.post(2)
    world.fails = [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")]
    with structlog.testing.capture_logs() as said:
        assert await world.delivery().step() is False
    assert len(world.arrived) == 1
    assert [one["cause"] for one in said] == ["attempt_broke: UnicodeDecodeError"]
    await world.delivery().step()
    assert len(world.attempts) == 2  # it waits for its pause
    world.now += BACK_OFF[0]
    await world.delivery().step()
    assert len(world.arrived) == 2


async def test_a_notice_that_breaks_every_attempt_is_given_up_as_usual(world: World):
    await world.post()
    for pause in (*BACK_OFF, timedelta()):
        world.fails = [ValueError()]
        await world.delivery().step()
        world.now += pause
    (entry,) = world.entries()
    assert (entry.reason, entry.details["attempts"]) == ("attempt_broke", len(BACK_OFF) + 1)


async def test_a_full_round_says_that_more_is_due(world: World):
    await world.post(AT_ONCE + 1)
    assert await world.delivery().step() is True
    assert await world.delivery().step() is False
    assert len(world.arrived) == AT_ONCE + 1
