"""What a server says is told, and what it quotes of a row is not."""

from contextlib import closing

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError

from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_spool
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
KEPT = "somebody's own"


def test_no_message_of_an_error_holds_what_the_row_holds(postgres: Server) -> None:
    row = {"name": KEPT, "offset": 1, "renaming_to": "", "finished": False}
    by_hand = 'INSERT INTO audit_spool (name, "offset", renaming_to, finished) VALUES (?, ?, ?, ?)'
    with closing(Database(postgres.database())) as database:
        database.write_soon(lambda connection: connection.execute(insert(audit_spool).values(row))).result()
        for work in (
            lambda connection: connection.execute(insert(audit_spool).values(row)),
            lambda connection: connection.exec_driver_sql(by_hand, tuple(row.values())),
        ):
            with pytest.raises(DBAPIError, match="duplicate key") as raised:
                database.write_soon(work).result()
            assert KEPT not in str(raised.value)
