"""Proofs out of the database: by what is kept of the tree, and by the entries where that is missing or wrong."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, event, func, select, update

from gateway.audit.canonical import parse
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.for_auditors.brana_verify import root_by
from gateway.audit.tree import leaf_hash
from gateway.storage.audit import append, read_tail
from gateway.storage.audit_proofs import NotInLog, Proof, ProofRefused, prove
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_node

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ENTRIES = 700


def fill(database: Database, entries: int = ENTRIES, at_once: int = 250) -> None:
    made = [
        Entry(
            code=Code.ACCESS,
            outcome=Outcome.SUCCESS,
            at=NOON + timedelta(seconds=number),
            person=f"person-{number}",
        )
        for number in range(entries)
    ]
    for begin in range(0, entries, at_once):
        batch = made[begin : begin + at_once]
        database.write_soon(lambda connection, batch=batch: append(connection, batch)).result()


def sealed(database: Database) -> Checkpoint:
    tail = database.read_now(read_tail)
    assert tail is not None
    return Checkpoint("log.example", tail.frontier.size, tail.frontier.root())


def proven(database: Database, sequence: int, under: Checkpoint) -> Proof:
    return database.read_now(lambda connection: prove(connection, sequence, under))


def holds(proof: Proof, under: Checkpoint) -> bool:
    leaf = leaf_hash(proof.canonical)
    return root_by(leaf, proof.sequence, under.size, list(proof.path)) == under.root


def nodes(database: Database) -> Sequence[tuple[int, int]]:
    query = select(audit_node.c.level, audit_node.c.position).order_by(audit_node.c.position)
    return [(row.level, row.position) for row in database.read_now(lambda c: c.execute(query).all())]


@pytest.mark.parametrize("at_once", [1, 250])
def test_every_entry_is_proven_against_what_was_sealed(database: Database, at_once: int) -> None:
    fill(database, at_once=at_once)
    under = sealed(database)
    assert nodes(database) == [(8, 0), (8, 1)]
    for sequence in (0, 1, 254, 255, 256, 511, 512, ENTRIES - 1):
        proof = proven(database, sequence, under)
        assert holds(proof, under)
        assert parse(proof.canonical).entry.person == f"person-{sequence}"
    fill(database, 30)
    assert holds(proven(database, 5, under), under), "against an older checkpoint too"


@pytest.mark.parametrize("lost", ["all", "one", "wrong"])
def test_where_a_kept_node_is_missing_or_wrong_the_entries_are_asked(database: Database, lost: str) -> None:
    fill(database)
    under = sealed(database)
    change = {
        "all": delete(audit_node),
        "one": delete(audit_node).where(audit_node.c.position == 0),
        "wrong": update(audit_node).values(root=bytes(32)),
    }[lost]
    database.write_soon(lambda connection: connection.execute(change)).result()
    assert holds(proven(database, 600, under), under)
    assert holds(proven(database, 3, under), under)


def test_a_log_that_does_not_give_the_sealed_root_gives_no_proof(database: Database) -> None:
    fill(database, 300)
    under = sealed(database)
    forged = update(audit_entry).where(audit_entry.c.sequence == 7).values(leaf=leaf_hash(b"forged"))
    database.write_soon(lambda connection: connection.execute(forged)).result()
    with pytest.raises(ProofRefused, match="brana audit verify"):
        proven(database, 3, under)
    with pytest.raises(ProofRefused):
        proven(database, 7, under)


def test_what_is_not_there_or_not_sealed_yet_is_told(database: Database) -> None:
    fill(database, 10)
    under = sealed(database)
    fill(database, 3)
    for sequence in (10, 12, 13, -1):
        with pytest.raises(NotInLog, match=f"entry {sequence} is not there"):
            proven(database, sequence, under)


def test_a_proof_reads_few_rows(database: Database) -> None:
    """What is read of 256 entries and more does not grow with the log, but by the logarithm of it."""
    fill(database, 1300)
    under = sealed(database)

    def count(connection) -> int:  # type: ignore[no-untyped-def]
        read = 0

        def heard(_c, cursor, *_rest) -> None:  # type: ignore[no-untyped-def]
            nonlocal read
            read += 1

        event.listen(connection, "after_cursor_execute", heard)
        prove(connection, 700, under)
        return read

    assert database.read_now(count) <= 14
    assert database.read_now(lambda c: c.execute(select(func.count()).select_from(audit_node)).scalar()) == 5
