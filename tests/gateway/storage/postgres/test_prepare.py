"""Tables on a real PostgreSQL: made, migrated, compared, refused."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from config.settings import Postgres
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.migrate import exists, prepare
from gateway.storage.migrations.run import configured, exclusive
from gateway.storage.postgres.engine import STARTS
from gateway.storage.postgres.prepare import FIRST
from gateway.storage.schema import MIGRATIONS, STAMP, all_tables, revisions
from gateway.storage.tables.audit import INDEXED
from gateway.storage.telling import TOLD
from tests.rig.at_once import faults_at_once
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
ADDS = '''
"""A step of an exercise."""
from alembic import op
import sqlalchemy as sa
revision, down_revision, branch_labels, depends_on = "9999", "{before}", None, None
def upgrade() -> None:
    op.add_column("revoked", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    {then}
'''


@pytest.fixture
def empty(postgres: Server) -> Postgres:
    return postgres.empty()


def migrations_with(folder: Path, then: str = "pass") -> Path:
    """Those of the product and one more."""
    (folder / "versions").mkdir(parents=True)
    for file in [MIGRATIONS / "env.py", *(MIGRATIONS / "versions").glob("[0-9]*.py")]:
        (folder / file.relative_to(MIGRATIONS)).write_text(file.read_text())
    (folder / "versions" / "9999_exercise.py").write_text(ADDS.format(before=revisions()[-1], then=then))
    return folder


def stamp_of(server: Server, place: Postgres) -> object:
    return server.run("SELECT version_num FROM alembic_version", place.name)[0][0]


def triggers(server: Server, place: Postgres) -> set[object]:
    found = server.run(
        "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'brana_tell'", place.name
    )
    return {table for (table,) in found}


def set_back(server: Server, place: Postgres, file: Path) -> None:
    """To the oldest schema that there can be: without what a file does not have at that revision."""
    with exclusive(file) as connection:
        command.upgrade(configured(connection), FIRST)
        kept = inspect(connection)
        for table in reversed(all_tables().sorted_tables):
            if not kept.has_table(table.name):
                server.run(f"DROP TABLE {table.name}", place.name)
                continue
            for added in {column.name for column in table.columns} - {
                column["name"] for column in kept.get_columns(table.name)
            }:
                server.run(f"ALTER TABLE {table.name} DROP COLUMN {added}", place.name)
    server.run(f"UPDATE {STAMP} SET version_num = '{FIRST}'", place.name)


def test_what_is_made_is_what_the_tables_say(postgres: Server, empty: Postgres) -> None:
    assert not exists(empty)
    prepare(empty)
    assert exists(empty)
    assert stamp_of(postgres, empty) == revisions()[-1]
    with closing(Database(empty)) as database, database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []
    partial = postgres.run("SELECT count(*) FROM pg_index WHERE indpred IS NOT NULL", empty.name)
    assert partial == [(len(INDEXED) + 3,)]
    assert triggers(postgres, empty) == set(TOLD)


def test_a_database_that_is_current_is_left_alone(postgres: Server, empty: Postgres) -> None:
    prepare(empty)
    postgres.run("INSERT INTO revoked VALUES ('a.1', 5)", empty.name)
    prepare(empty)
    assert postgres.run("SELECT * FROM revoked", empty.name) == [("a.1", 5)]


def test_nodes_that_start_at_once_take_turns(postgres: Server, empty: Postgres) -> None:
    assert faults_at_once(lambda: prepare(empty)) == []
    assert stamp_of(postgres, empty) == revisions()[-1]


def test_a_start_that_waits_too_long_for_another_says_so(postgres: Server, empty: Postgres) -> None:
    from gateway.storage.postgres.prepare import prepare as of_server  # noqa: PLC0415 - with another patience

    with psycopg.connect(
        host=str(postgres.folder), dbname=empty.name, user="brana", autocommit=True
    ) as other:
        other.execute(f"SELECT pg_advisory_lock({STARTS})".encode())
        with pytest.raises(DatabaseUnusable, match="another node holds the lock"):
            of_server(empty, MIGRATIONS, timedelta(milliseconds=50))
    assert not exists(empty)


def test_an_older_schema_is_migrated(postgres: Server, empty: Postgres, tmp_path: Path) -> None:
    prepare(empty)
    postgres.run("INSERT INTO revoked VALUES ('a.1', 5)", empty.name)
    prepare(empty, migrations_with(tmp_path / "m"))
    assert stamp_of(postgres, empty) == "9999"
    assert postgres.run("SELECT * FROM revoked", empty.name) == [("a.1", 5, "")]


def test_the_oldest_schema_is_migrated_to_what_the_tables_say_and_tells_of_changes(
    postgres: Server, empty: Postgres, tmp_path: Path
) -> None:
    prepare(empty)
    set_back(postgres, empty, tmp_path / "first.db")
    prepare(empty)
    assert stamp_of(postgres, empty) == revisions()[-1]
    with closing(Database(empty)) as database, database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []
    assert triggers(postgres, empty) == set(TOLD)


def test_a_migration_that_fails_leaves_everything_as_it_was(
    postgres: Server, empty: Postgres, tmp_path: Path
) -> None:
    prepare(empty)
    with pytest.raises(DatabaseUnusable, match="could not be migrated from"):
        prepare(empty, migrations_with(tmp_path / "m", 'raise LookupError("the exercise")'))
    assert stamp_of(postgres, empty) == revisions()[-1]
    columns = postgres.run(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'revoked'", empty.name
    )
    assert ("note",) not in columns


@pytest.mark.parametrize("revision", ["0001", "zzzz"])
def test_a_schema_that_is_not_known_is_refused_untouched(
    postgres: Server, empty: Postgres, revision: str
) -> None:
    prepare(empty)
    postgres.run(f"UPDATE alembic_version SET version_num = '{revision}'", empty.name)
    with pytest.raises(DatabaseUnusable, match=f"its schema '{revision}' is unknown to this version"):
        prepare(empty)
    assert stamp_of(postgres, empty) == revision


def test_a_database_of_others_is_refused_untouched(postgres: Server, empty: Postgres) -> None:
    postgres.run("CREATE TABLE theirs (n int)", empty.name)
    with pytest.raises(DatabaseUnusable, match="give the product a database of its own"):
        prepare(empty)
    assert postgres.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", empty.name) == [
        ("theirs",)
    ]


def test_a_database_that_sorts_otherwise_is_refused(postgres: Server) -> None:
    postgres.run("CREATE DATABASE latin OWNER brana TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    with pytest.raises(DatabaseUnusable, match="its encoding is LATIN1"):
        prepare(postgres.place("latin"))


def test_a_database_that_is_not_there_is_told_with_its_remedy(postgres: Server) -> None:
    with pytest.raises(DatabaseUnusable, match="create the database"):
        prepare(postgres.place("nowhere"))


def test_a_server_that_is_not_there_is_told_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="see that the server runs"):
        prepare(Postgres(hosts=[str(tmp_path)]))
