"""A database that the next version migrates while this one runs on it."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from gateway.commands.schema_in_force import SchemaInForce, schema_in_force
from gateway.storage.database import Database
from gateway.storage.schema import newest
from gateway.storage.step import keep_step
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
NEXT, LATER = "9998", "9999"


@pytest.fixture
def database(postgres: Server) -> Iterator[Database]:
    place = postgres.copy(postgres.database())
    with closing(Database(place)) as made:
        yield made


async def becomes(database: Database, revision: str, oldest: str) -> None:
    def migrate(connection: object) -> None:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        keep_step(connection, revision, oldest)

    await database.write(migrate)


async def test_what_serves_this_version_still_is_told_once(database: Database) -> None:
    ended: list[bool] = []
    with capture_logs() as logs:
        schema = await schema_in_force(database, lambda: ended.append(True))
        assert logs == []
        await becomes(database, NEXT, newest())
        await schema.look()
        await schema.look()
    assert [(one["event"], one["found"], one["known"]) for one in logs] == [
        ("database.newer_schema", NEXT, newest())
    ]
    assert (ended, schema.trouble) == ([], None)


async def test_what_serves_it_no_more_ends_it_with_the_reason(database: Database) -> None:
    ended: list[bool] = []
    schema: SchemaInForce = await schema_in_force(database, lambda: ended.append(True))
    await becomes(database, LATER, NEXT)
    await schema.look()
    assert ended == [True]
    assert f"its schema '{LATER}' serves versions from schema '{NEXT}' on" in str(schema.trouble)
