"""What is to be told is kept in the transaction of what happened, for each channel, in the language of the person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel, Language, SessionId
from gateway.notices.notice import Channel, NoticeKind
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.identity import IdentityStore
from gateway.storage.notices import StoredOutbox
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import SingleSignOn
from idp import events
from tests.gateway.storage.both_sides import Sides
from tests.rig.people import JANA, NOON
from tests.rig.prepared import prepared
from tests.rig.session_store import ACTIVITY, SEAL

CHANGED = events.PasswordChanged(at=NOON, person=JANA.login, subject=JANA.subject)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(prepared(tmp_path / "brana.db"))
    yield made
    made.close()


def outbox(database: Database, *channels: Channel) -> StoredOutbox:
    return StoredOutbox(database, append, channels, Language.ENGLISH)


def store(box: StoredOutbox) -> IdentityStore:
    return IdentityStore(box.database, SEAL, append, box.post)


async def test_an_event_waits_for_every_channel(database: Database):
    box = outbox(database, *Channel)
    await store(box).transact(lambda book: book.record(CHANGED))
    for channel in Channel:
        (waiting,) = await box.due(channel, NOON, 10)
        assert waiting.happened.kind is NoticeKind.PASSWORD_CHANGED
        assert waiting.happened.person == JANA.login


async def test_a_use_of_the_recovery_administrator_is_told_to_programs_alone(database: Database):
    used = events.RecoveryUsed(
        at=NOON, person="recovery-admin", subject=RECOVERY_ADMINISTRATOR, account="a1", session=SessionId("s" * 22),
        level=AuthenticationLevel.PASSWORD, methods=("pwd",),
    )  # fmt: skip
    box, mail_alone = outbox(database, *Channel), outbox(database, Channel.SMTP)
    await store(box).transact(lambda book: book.record(used))
    await store(mail_alone).transact(lambda book: book.record(used))
    (waiting,) = await box.due(Channel.WEBHOOK, NOON, 10)
    assert waiting.happened.kind is NoticeKind.RECOVERY_ADMINISTRATOR_USED
    assert await box.due(Channel.SMTP, NOON, 10) == []


async def test_without_a_channel_nothing_is_kept(database: Database):
    box = outbox(database)
    await store(box).transact(lambda book: book.record(CHANGED))
    assert [await box.due(channel, NOON, 10) for channel in Channel] == [[], []]


async def test_what_was_undone_is_told_to_nobody(database: Database):
    box = outbox(database, Channel.SMTP)

    def work(book: object) -> None:
        book.record(CHANGED)
        raise LookupError

    with pytest.raises(LookupError):
        await store(box).transact(work)
    assert await box.due(Channel.SMTP, NOON, 10) == []


async def test_a_notice_is_in_the_language_of_the_persons_last_sign_in(database: Database):
    box = outbox(database, Channel.SMTP)
    both = Sides(database, StoredSessions(database, append, ACTIVITY, lambda *_: None), store(box))
    await both.identities.transact(lambda book: book.record(CHANGED))
    first = await both.sign_in_at_provider(NOON)
    later = replace(first, sid="x" * 22, handle=b"x" * 32, auth_time=NOON + timedelta(hours=1))
    await both.identities.transact(lambda book: book.keep_session(later))
    await both.identities.transact(lambda book: book.record(CHANGED))
    assert [one.language for one in await box.due(Channel.SMTP, NOON, 10)] == [
        Language.ENGLISH,
        Language.CZECH,
    ]


async def test_sessions_that_the_gateway_ends_everywhere_are_told_once(database: Database):
    box = outbox(database, Channel.SMTP)
    ending = SingleSignOn(SEAL, append, box.post).end
    both = Sides(database, StoredSessions(database, append, ACTIVITY, ending), store(box))
    mine = [await both.sign_in(NOON) for _ in range(3)]
    await both.store.end([one.id for one in mine], "signed_out_everywhere", NOON, NOON, [], [JANA.subject])
    (waiting,) = await box.due(Channel.SMTP, NOON, 10)
    assert waiting.happened.kind is NoticeKind.ALL_SESSIONS_ENDED


async def test_a_failed_attempt_is_counted_and_waits(database: Database):
    box = outbox(database, Channel.WEBHOOK)
    await store(box).transact(lambda book: book.record(CHANGED))
    (waiting,) = await box.due(Channel.WEBHOOK, NOON, 10)
    await box.postpone(waiting, NOON + timedelta(minutes=1))
    assert await box.due(Channel.WEBHOOK, NOON, 10) == []
    (again,) = await box.due(Channel.WEBHOOK, NOON + timedelta(minutes=1), 10)
    assert (again.id, again.attempts) == (waiting.id, 1)
    await box.delivered(again)
    assert await box.due(Channel.WEBHOOK, NOON + timedelta(days=9), 10) == []
