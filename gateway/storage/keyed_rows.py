"""Rows found and kept by key, on one connection."""

from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects.sqlite import insert


class KeyedRows:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _one(self, table: Table, where: Any) -> Row[Any] | None:
        return self._connection.execute(select(table).where(where)).one_or_none()

    def _put(self, table: Table, row: dict[str, Any]) -> None:
        """Insert, or replace the row with the same primary key."""
        keys = [column.name for column in table.primary_key]
        changed = {name: value for name, value in row.items() if name not in keys}
        statement = insert(table).values(row)
        self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
