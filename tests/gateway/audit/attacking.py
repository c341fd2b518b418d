"""Changing a log past everything the product does, and asking whether it is whole."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from gateway.audit.canonical import TEXTS, Recorded, canonical, parse
from gateway.audit.checkpoint import unseal
from gateway.audit.entry import Entry
from gateway.audit.facts import FACTS as COLUMNS
from gateway.audit.facts import facts, microseconds
from gateway.audit.tree import Frontier, leaf_hash
from gateway.audit.verify_report import Broken, Report
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_entry, audit_tail
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
    """Past everything that the product does with its log, on a file as on a server."""

    def work(connection: Connection) -> None:
        driver = driver_of(connection.connection)
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            driver.execute(sql, values)

    log.database.write_soon(work).result()


def put_in(log: Log, sequence: int, made: Entry) -> None:
    """A row that the log never wrote, right in itself; in the place of the one that has its number."""

    def work(connection: Connection) -> None:
        data = canonical(Recorded(sequence, log.clock.now, made))
        row = (*facts(parse(data)), data, leaf_hash(data))
        connection.execute(delete(audit_entry).where(audit_entry.c.sequence == sequence))
        names = (*COLUMNS, "canonical", "leaf")
        connection.execute(insert(audit_entry).values(dict(zip(names, row, strict=True))))

    log.database.write_soon(work).result()


def take_out(log: Log, sequence: int) -> None:
    by_hand(log, f"DELETE FROM audit_entry WHERE sequence = {sequence}")


def items_of(log: Log) -> list[Recorded]:
    def look(connection: Connection) -> list[Recorded]:
        query = select(audit_entry.c.canonical).order_by(audit_entry.c.sequence)
        return [parse(bytes(one)) for one in connection.scalars(query)]

    return log.database.read_now(look)


def rewrite(log: Log, change: Callable[[list[Recorded]], list[Recorded]]) -> None:
    """What somebody does who knows the format and makes rows, leaves and the tail agree again."""
    items = [replace(item, sequence=number) for number, item in enumerate(change(items_of(log)))]

    def work(connection: Connection) -> None:
        template = dict(connection.execute(select(audit_entry).limit(1)).one()._mapping)
        connection.execute(delete(audit_entry))
        rows = []
        for item in items:
            data = canonical(item)
            rows.append(
                {
                    **template,
                    **{name: getattr(item.entry, name) for name in TEXTS},
                    "sequence": item.sequence,
                    "received_at": microseconds(item.received_at),
                    "at": microseconds(item.entry.at),
                    "canonical": data,
                    "leaf": leaf_hash(data),
                }
            )
        connection.execute(insert(audit_entry), rows)
        frontier = Frontier().extend(row["leaf"] for row in rows)
        last = rows[-1]["received_at"]
        end = {"size": frontier.size, "frontier": frontier.pack(), "received_at": last, "wall": last}
        connection.execute(update(audit_tail).values(end))

    log.database.write_soon(work).result()
