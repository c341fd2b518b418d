"""One statement for many rows.

`executemany` runs a statement for each row, and at each one the driver hands the interpreter's lock over and has
to win it back from a busy event loop. A statement of many rows runs as a whole while the event loop works on.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Protocol, runtime_checkable

from gateway.storage.engine import Driver

COPIED = 32  # rows; of fewer the statement is as quick
SIZES = (250, 64, 16, 4, 1)  # few different texts, so that each is prepared once; the ingest puts 1,000


def run_rows(driver: Driver, statement: Callable[[int], str], rows: Sequence[Sequence[Any]]) -> None:
    """Run `statement(number)`, the text for that many rows, over all rows in order. Raises DRIVER_ERRORS."""
    begin = 0
    for size in SIZES:
        while len(rows) - begin >= size:
            values = list(chain.from_iterable(rows[begin : begin + size]))
            driver.execute(statement(size), values)
            begin += size


@runtime_checkable
class Copying(Protocol):
    """A driver with a way of its own for many rows."""

    def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], /) -> None:
        """Raises DRIVER_ERRORS."""
        ...


def add_rows(driver: Driver, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Put rows into a table, in order. Raises DRIVER_ERRORS."""
    if len(rows) >= COPIED and isinstance(driver, Copying):
        driver.copy(table, columns, rows)
        return
    into = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 - names of ours
    row = f"({', '.join('?' * len(columns))})"
    run_rows(driver, lambda number: into + ", ".join([row] * number), rows)
