"""Changing a log past everything the product does, and asking whether it is whole."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from gateway.audit.canonical import TEXTS, Recorded, canonical, parse
from gateway.audit.checkpoint import unseal
from gateway.audit.tree import Frontier, leaf_hash
from gateway.audit.verify import Broken, Report
from tests.gateway.audit.each_way import verified_each_way
from tests.gateway.audit.making import SIGNER, Log, entry

ENTRIES, SEALED_EVERY, UNSEALED = 20, 5, 3
FACTS = ("received_at", "at", "code", "outcome", *TEXTS)


async def grow(log: Log, batches: int = ENTRIES // SEALED_EVERY) -> None:
    checkpointer = log.checkpointer()
    assert await checkpointer.begin() is None
    for batch in range(batches):
        log.clock.advance(seconds=1)
        by = {"person": f"person-{batch}", "session": f"s-{batch}", "application": "spis"}
        log.append([entry(number, **by) for number in range(SEALED_EVERY)])
        await checkpointer.seal()


def check(log: Log, kept: tuple[str, ...] = ()) -> Report:
    """`kept`: notes from elsewhere."""
    checkpoints = [unseal(note, [SIGNER.verifier]) for note in kept]
    return verified_each_way(log, checkpoints)


def broken(log: Log, kept: tuple[str, ...] = ()) -> Broken:
    found = check(log, kept).broken
    assert found is not None
    return found


def by_hand(log: Log, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(log.path)) as connection:
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(sql, values)
        connection.commit()


def rewrite(log: Log, change: Callable[[list[Recorded]], list[Recorded]]) -> None:
    """What somebody does who knows the format and makes rows, leaves and the tail agree again."""
    with closing(sqlite3.connect(log.path)) as connection:
        items = [
            parse(row[0]) for row in connection.execute("SELECT canonical FROM audit_entry ORDER BY sequence")
        ]
        items = [replace(item, sequence=number) for number, item in enumerate(change(items))]
        template = dict(
            zip(
                [column[1] for column in connection.execute("PRAGMA table_info(audit_entry)")],
                connection.execute("SELECT * FROM audit_entry").fetchone(),
                strict=True,
            )
        )
        connection.execute("DELETE FROM audit_entry")
        leaves = []
        for item in items:
            data = canonical(item)
            leaves.append(leaf_hash(data))
            texts = {name: getattr(item.entry, name) for name in TEXTS}
            values = {
                **template,
                **texts,
                "sequence": item.sequence,
                "received_at": round(item.received_at.timestamp() * 1e6),
                "at": round(item.entry.at.timestamp() * 1e6),
                "canonical": data,
                "leaf": leaves[-1],
            }
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO audit_entry VALUES ({marks})", tuple(values.values()))
        frontier = Frontier().extend(leaves)
        end = (frontier.size, frontier.pack(), values["received_at"], values["received_at"])
        connection.execute("UPDATE audit_tail SET size = ?, frontier = ?, received_at = ?, wall = ?", end)
        connection.commit()
