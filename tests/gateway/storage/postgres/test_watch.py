"""What one node changes the others hear of; one leads; whoever missed something reads everything again."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from threading import Thread

import psycopg
import pytest

from config.settings import Postgres
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.end_marks import mark_ends, mark_over
from gateway.storage.postgres import lead
from gateway.storage.postgres.engine import LEADER, connected
from gateway.storage.postgres.watch import LEAD_LOOKED_AT
from gateway.storage.telling import ASKED, EVERYTHING, REVOKED
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
PATIENCE = 15.0
KEY = b"k" * 32
INSERT = "INSERT INTO revoked VALUES (?, ?)"


@dataclass
class Node:
    database: Database
    heard: "queue.SimpleQueue[frozenset[str]]" = field(default_factory=queue.SimpleQueue)
    lead: "queue.SimpleQueue[bool]" = field(default_factory=queue.SimpleQueue)
    strangers: Callable[[], list[str]] = list


@contextmanager
def node(place: Postgres, key: bytes | None = None) -> Iterator[Node]:
    with closing(Database(place)) as database:
        made = Node(database)
        if key is not None:
            mark_ends(database.engine, lambda: key)
        watch = database.watched(made.heard.put, made.lead.put)
        made.strangers = watch.strangers
        try:
            assert made.heard.get(timeout=PATIENCE) == EVERYTHING
            yield made
        finally:
            watch.stop()


@pytest.fixture
def place(postgres: Server) -> Postgres:
    return postgres.database()


def revoke(database: Database, name: str) -> None:
    database.write_soon(lambda c: c.exec_driver_sql(INSERT, (name, 5))).result()


def test_a_revocation_is_heard_by_every_node_within_a_moment(place: Postgres) -> None:
    with node(place) as one, node(place) as other:
        for number in range(5):
            begun = time.monotonic()
            revoke(one.database, f"s.{number}")
            assert other.heard.get(timeout=PATIENCE) == {REVOKED}
            assert one.heard.get(timeout=PATIENCE) == {REVOKED}
            assert time.monotonic() - begun < 1


def test_what_is_rolled_back_is_not_told(place: Postgres) -> None:
    def refused(connection: object) -> None:
        connection.exec_driver_sql(INSERT, ("s.1", 5))  # type: ignore[attr-defined]
        raise LookupError

    with node(place) as one:
        with pytest.raises(LookupError):
            one.database.write_soon(refused).result()
        revoke(one.database, "s.2")
        assert one.heard.get(timeout=PATIENCE) == {REVOKED}
        assert one.heard.empty()


async def test_a_command_asks_all_nodes_to_look_again(place: Postgres) -> None:
    with node(place) as one, closing(Database(place)) as command:
        await command.ask_all()
        assert one.heard.get(timeout=PATIENCE) == {ASKED}


def test_one_node_leads_and_another_takes_over_when_it_ends(place: Postgres) -> None:
    with node(place) as other:
        assert other.lead.get(timeout=PATIENCE) is True
        with node(place) as waiting:
            assert waiting.lead.empty()
            other.database.answers()
        assert waiting.lead.empty()
    with node(place) as last:
        assert last.lead.get(timeout=PATIENCE) is True


def test_after_an_outage_everything_is_read_again_and_the_lead_is_asked_for_anew(postgres: Server) -> None:
    with node(postgres.database()) as one:
        assert one.lead.get(timeout=PATIENCE) is True
        postgres.stop()
        try:
            assert one.lead.get(timeout=PATIENCE) is False
            until = time.monotonic() + PATIENCE
            while one.database.answers():
                assert time.monotonic() < until
                time.sleep(0.05)
            with pytest.raises(DatabaseUnusable, match="it does not answer"):  # nobody waits
                one.database.write_soon(lambda c: None)
        finally:
            postgres.start()
        assert one.heard.get(timeout=PATIENCE) == EVERYTHING
        assert one.lead.get(timeout=PATIENCE) is True
        until = time.monotonic() + PATIENCE
        while not one.database.works():  # without that anybody writes
            assert time.monotonic() < until
            time.sleep(0.05)


def name_of_leader(place: Postgres) -> str:
    with connected(place) as asking:
        held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND granted"
        (found,) = asking.execute(
            f"SELECT application_name FROM pg_stat_activity WHERE pid IN ({held})", [LEADER]
        ).fetchall()
        return str(found[0])


@pytest.mark.parametrize("names_itself", ["psql", "brana", "as the node that led"])
def test_whoever_takes_the_lead_and_is_no_node_of_ours_has_it_for_a_moment_and_is_told(
    place: Postgres, names_itself: str
) -> None:
    """Nobody would watch the log, send it on, or ask witnesses, for as long as that session stays."""
    with node(place, KEY) as one:
        assert one.lead.get(timeout=PATIENCE) is True
        assert one.strangers() == []
        if names_itself == "as the node that led":
            names_itself = name_of_leader(place)
    with connected(place) as thief, connected(place) as waits:
        for session in (thief, waits):
            session.execute("SELECT set_config('application_name', %s, false)", [names_itself])
        assert thief.execute(f"SELECT pg_try_advisory_lock({LEADER})").fetchone() == (True,)
        waiting = Thread(target=suppressed, args=(waits,))
        waiting.start()
        with node(place, KEY) as one:
            assert one.lead.get(timeout=PATIENCE) is True
            assert [names_itself in said for said in one.strangers()][:1] == [True]
            assert one.strangers() == []
            waiting.join(PATIENCE)
            with pytest.raises(psycopg.OperationalError):
                thief.execute("SELECT 1")


def suppressed(session: psycopg.Connection[tuple[object, ...]]) -> None:
    with suppress(psycopg.Error):
        session.execute(f"SELECT pg_advisory_lock({LEADER})")


def test_nodes_that_have_the_same_key_leave_the_lead_to_each_other(place: Postgres) -> None:
    with node(place, KEY) as one:
        assert one.lead.get(timeout=PATIENCE) is True
        with node(place, KEY) as other:
            with pytest.raises(queue.Empty):
                other.lead.get(timeout=2 * LEAD_LOOKED_AT)
            assert (one.strangers(), other.strangers(), one.lead.empty()) == ([], [], True)


def test_a_node_of_another_version_keeps_the_lead(place: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an upgrade both are at work: each would end the other's session, and tell of a stranger, again and again."""
    with closing(Database(place)) as database, connected(place) as older:
        mark_ends(database.engine, lambda: KEY)
        with monkeypatch.context() as before:
            before.setattr(lead, "newest", lambda: "0001")
            lead.name_itself(older, partial(mark_over, database.engine))
        assert older.execute(f"SELECT pg_try_advisory_lock({LEADER})").fetchone() == (True,)
        assert name_of_leader(place).startswith("brana 0001 ")
        with node(place, KEY) as one:
            with pytest.raises(queue.Empty):
                one.lead.get(timeout=1)
            assert one.strangers() == []
            assert older.execute("SELECT 1").fetchone() == (1,)


def test_a_transaction_that_was_prepared_has_the_lead_for_a_moment_and_is_told(place: Postgres) -> None:
    """No session holds it: it stays when whoever prepared it is gone, and over a restart of the server."""
    with connected(place) as thief:
        thief.execute("BEGIN")
        thief.execute(f"SELECT pg_advisory_xact_lock({LEADER})")
        thief.execute("PREPARE TRANSACTION 'it''s mine'")
    try:
        with node(place, KEY) as one:
            assert one.lead.get(timeout=PATIENCE) is True
            assert one.strangers() == [
                'transaction "it\'s mine" of brana, prepared, that holds the lead of the nodes'
            ]
    finally:
        with connected(place) as owner, suppress(psycopg.Error):
            owner.execute("ROLLBACK PREPARED 'it''s mine'")
