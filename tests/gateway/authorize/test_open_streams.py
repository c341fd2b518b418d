"""What the watch of streams is told, over its socket: the real store and policies."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from config.vocabulary import MunicipalityCode, Role
from gateway.audit.entry import Code, Entry, Outcome
from gateway.authorize.open_streams import AT_ONCE, OpenStreams
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.office import handle_hash
from gateway.sessions.session import EndReason, Session
from gateway.storage.database import Database
from gateway.streams.stream import Stream
from gateway.streams.words import MOST, Answer, Answered, Asked, Everything, Question, Revoked, Said
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW
from tests.rig.prepared import prepared
from tests.rig.session_store import session_store

LIFETIME = 300.0


class Desk:
    """`OpenStreams` on a socket, and a watch that asks."""

    def __init__(self, folder: Path, snapshot: Snapshot) -> None:
        self.socket = folder / "watch.sock"
        self.entries: list[Entry] = []
        self.database = Database(prepared(folder / "brana.db"))
        self.store = session_store(self.database, self._append)
        self.streams = OpenStreams(lambda: snapshot, lambda: self.store, lambda: NOW)
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    def _append(self, _connection: Connection, entries: list[Entry]) -> None:
        self.entries += entries

    async def hear(self) -> Any:
        line = await asyncio.wait_for(self.reader.readline(), 5)
        return msgspec.json.decode(line, type=Said)

    async def ask(self, *questions: Question) -> list[Answer]:
        self.tell(*questions)
        said = await self.hear()
        assert isinstance(said, Answered)
        return said.answers

    def tell(self, *questions: Question) -> None:
        self.writer.write(msgspec.json.encode(Asked(list(questions))) + b"\n")


@pytest.fixture
def closed_desk(tmp_path: Path, snapshot: Snapshot) -> Iterator[Desk]:
    made = Desk(tmp_path, snapshot)
    yield made
    made.database.close()


@pytest.fixture
async def desk(closed_desk: Desk) -> AsyncIterator[Desk]:
    async with closed_desk.streams.serving(closed_desk.socket):
        closed_desk.reader, closed_desk.writer = await asyncio.open_unix_connection(closed_desk.socket)
        yield closed_desk
        closed_desk.writer.close()
        await closed_desk.writer.wait_closed()


async def known(desk: Desk, session: Session) -> None:
    await desk.store.add(session, handle_hash("handle"), "host", [])


def question(session: Session, *, first: bool = True, number: int = 1, **changed: str) -> Question:
    stream = Stream(
        session=session.id,
        revocation_id=session.revocation_id,
        application="map",
        municipality=HULIN,
        action="read",
        address="192.0.2.7",
        request_id="request-1",
    )
    return Question(number=number, turn=4, first=first, stream=replace(stream, **changed))


async def test_a_yes_says_how_long_it_holds_and_what_it_rests_on(desk: Desk, session: Session) -> None:
    await known(desk, session)
    (answer,) = await desk.ask(question(session))
    assert (answer.number, answer.turn, answer.allowed) == (1, 4, True)
    assert LIFETIME - 1 <= answer.seconds <= LIFETIME
    assert answer.revocation_id == session.revocation_id
    (entry,) = desk.entries
    assert (entry.code, entry.outcome) == (Code.STREAM_OPENED, Outcome.SUCCESS)
    assert (entry.person, entry.session, entry.request_id) == (session.login, session.id, "request-1")
    assert (entry.application, entry.municipality, entry.action) == ("map", HULIN, "read")
    assert entry.rule
    assert entry.policy_version


async def test_a_stream_that_stays_is_recorded_and_its_session_was_seen(desk: Desk, session: Session) -> None:
    await known(desk, session)
    await desk.ask(question(session, first=False))
    assert [one.code for one in desk.entries] == [Code.STREAM_KEPT]
    (seen,) = await desk.store.by_ids([session.id])
    assert seen.last_seen_at == NOW


async def test_a_session_that_was_ended_gets_a_no_with_its_reason(desk: Desk, session: Session) -> None:
    await known(desk, session)
    await desk.store.end([session.id], EndReason.ENDED_BY_OFFICER, NOW, NOW, [])
    desk.entries.clear()
    (answer,) = await desk.ask(question(session))
    assert (answer.allowed, answer.reason) == (False, "ended_by_officer")
    async with asyncio.timeout(5):
        while not desk.entries:
            await asyncio.sleep(0.01)
    (entry,) = desk.entries
    assert (entry.code, entry.outcome, entry.reason) == (
        Code.STREAM_CUT,
        Outcome.REFUSED,
        "ended_by_officer",
    )
    (seen,) = await desk.store.by_ids([session.id])
    assert seen.last_seen_at == session.last_seen_at, "being cut is nobody's activity"


async def test_a_session_that_nobody_knows_gets_a_no(desk: Desk, session: Session) -> None:
    (answer,) = await desk.ask(question(session))
    assert (answer.allowed, answer.reason) == (False, "sign_in_needed")


async def test_what_the_watch_has_ended_by_itself_is_recorded_with_its_reason(
    desk: Desk, session: Session
) -> None:
    await known(desk, session)
    (answer,) = await desk.ask(msgspec.structs.replace(question(session, first=False), gone=True))
    assert (answer.allowed, answer.reason) == (False, "unknown_application")
    async with asyncio.timeout(5):
        while not desk.entries:
            await asyncio.sleep(0.01)
    (entry,) = desk.entries
    assert (entry.code, entry.reason, entry.person) == (
        Code.STREAM_CUT,
        "unknown_application",
        session.login,
    )


async def test_a_stream_of_an_application_that_is_served_by_other_settings_gets_a_no(
    desk: Desk, session: Session
) -> None:
    await known(desk, session)
    (answer,) = await desk.ask(question(session, mark="other"))
    assert (answer.allowed, answer.reason) == (False, "application_differs")


async def test_when_other_settings_count_the_watch_is_told_to_ask_about_everything(desk: Desk) -> None:
    desk.streams.revoked(["sid.1"])  # heard, so the conversation has begun
    assert await desk.hear() == Revoked(["sid.1"])
    desk.streams.everything()
    assert await desk.hear() == Everything()


async def test_an_idle_session_gets_a_no(desk: Desk, session: Session) -> None:
    await known(desk, replace(session, last_seen_at=NOW - timedelta(hours=1)))
    (answer,) = await desk.ask(question(session))
    assert (answer.allowed, answer.reason) == (False, "idle")


async def test_a_policy_that_permits_no_more_gets_a_no_with_the_policy_s_reason(
    desk: Desk, session: Session
) -> None:
    await known(desk, session)
    (answer,) = await desk.ask(question(session, application="records", action="sign"))
    assert not answer.allowed
    async with asyncio.timeout(5):
        while not desk.entries:
            await asyncio.sleep(0.01)
    assert desk.entries[0].reason == answer.reason != ""


async def test_a_stream_of_one_municipality_is_not_judged_as_one_of_another(
    desk: Desk, session: Session
) -> None:
    """Whoever acts for another municipality by now has still the first one's data on the wire."""
    both = replace(session, roles=((HULIN, Role.CLERK), (KROMERIZ, Role.CLERK)), municipality=KROMERIZ)
    await known(desk, both)
    (answer,) = await desk.ask(question(both, municipality=MunicipalityCode(HULIN)))
    assert (answer.allowed, answer.reason) == (False, "other_municipality_active")


async def test_many_are_answered_together_and_a_no_comes_first(desk: Desk, session: Session) -> None:
    await known(desk, session)
    stranger = replace(session, id="T" * 22)
    desk.tell(question(session, number=1), question(stranger, number=2), question(session, number=3))
    first, second = await desk.hear(), await desk.hear()
    assert [(one.number, one.allowed) for one in first.answers] == [(2, False)]
    assert [(one.number, one.allowed) for one in second.answers] == [(1, True), (3, True)]


async def test_what_cannot_be_recorded_gets_no_yes(desk: Desk, session: Session) -> None:
    await known(desk, session)
    appended, desk.store._append = desk.store._append, _fails
    desk.tell(question(session))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(desk.reader.readline(), 0.3)
    desk.store._append = appended
    assert (await desk.ask(question(session)))[0].allowed


def _fails(_connection: Connection, _entries: object) -> None:
    raise OSError("disk full")


async def test_revocations_are_told_once_and_those_from_before_too(closed_desk: Desk) -> None:
    streams = closed_desk.streams
    streams.revoked(["a.1"])
    async with streams.serving(closed_desk.socket):
        closed_desk.reader, closed_desk.writer = await asyncio.open_unix_connection(closed_desk.socket)
        assert await closed_desk.hear() == Revoked(["a.1"])
        streams.revoked(["a.1", "b.2"])
        assert await closed_desk.hear() == Revoked(["b.2"])
        closed_desk.writer.close()
        await closed_desk.writer.wait_closed()


async def test_words_that_are_no_question_end_the_conversation(desk: Desk) -> None:
    desk.writer.write(b'{"type": "asked", "questions": [{"number": 1}]}\n')
    assert await asyncio.wait_for(desk.reader.read(), 5) == b""


async def test_more_questions_in_a_line_than_a_watch_asks_end_the_conversation_undecided(
    desk: Desk, session: Session
) -> None:
    """While a line is decided the control plane does nothing else: it could be held until it seems to hang."""
    await known(desk, session)
    desk.tell(*(question(session, number=number) for number in range(MOST + 1)))
    assert await asyncio.wait_for(desk.reader.read(), 5) == b""
    assert desk.entries == []


async def test_a_watch_that_asks_more_lines_than_are_answered_at_once_is_answered_all(
    desk: Desk, session: Session
) -> None:
    await known(desk, session)
    for number in range(3 * AT_ONCE):
        desk.tell(question(session, number=number))
    numbers = [answer.number for _ in range(3 * AT_ONCE) for answer in (await desk.hear()).answers]
    assert sorted(numbers) == list(range(3 * AT_ONCE))


async def test_a_stream_of_a_named_route_is_asked_about_and_recorded_by_it(
    desk: Desk, session: Session
) -> None:
    """The application has no such route here: what is open of it has to end."""
    await known(desk, session)
    (answer,) = await desk.ask(question(session, action="read@reports"))
    assert (answer.allowed, answer.reason) == (False, "unknown_application")
    async with asyncio.timeout(5):
        while not desk.entries:
            await asyncio.sleep(0.01)
    (entry,) = desk.entries
    assert (entry.action, entry.details["route"]) == ("read", "reports")
