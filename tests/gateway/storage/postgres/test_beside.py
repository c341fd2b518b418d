"""Migrating while nodes of the version before are at work."""

import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from config.settings import Postgres
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.migrate import prepare
from gateway.storage.postgres.beside import at_work, giving_way
from gateway.storage.postgres.engine import WRITERS
from gateway.storage.postgres.prepare import prepare as of_server
from gateway.storage.schema import BESIDE, MIGRATIONS, newest, revisions
from tests.gateway.storage.postgres.test_prepare import migrations_with, stamp_of
from tests.rig.additive import faults, of_the_version_before
from tests.rig.postgres import Server

pytestmark = pytest.mark.real


@pytest.fixture
def place(postgres: Server) -> Postgres:
    return postgres.as_made()


@pytest.fixture(scope="module")
def as_before(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Postgres:
    """As the version before made it; for copies."""
    made = postgres.empty()
    of_the_version_before(made, tmp_path_factory.mktemp("before"))
    return made


@pytest.fixture
def before(postgres: Server, as_before: Postgres) -> Postgres:
    return postgres.copy(as_before)


def of_a_node(
    server: Server, place: Postgres, name: str = "brana"
) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host=str(server.folder), dbname=place.name, user="brana", autocommit=True, application_name=name
    )


def test_this_versions_migrations_ask_nothing_of_the_version_before(before: Postgres) -> None:
    """When this fails: docs/contributing.md, "Migrations"."""
    assert faults(before, MIGRATIONS) == []


@pytest.mark.parametrize(
    ("then", "fault"),
    [
        ('op.drop_column("session", "login")', "session.login is gone"),
        ('op.drop_table("revoked")', "revoked is gone"),
        ('op.rename_table("revoked", "other")', "revoked is gone"),
        ('op.alter_column("session", "id", type_=sa.Text())', "session.id is text"),
        ('op.alter_column("session", "login", nullable=True)', "session.login is text  YES"),
        (
            'op.add_column("session", sa.Column("x", sa.Text(), nullable=False))',
            "session.x is needed in each row",
        ),
        ('op.create_unique_constraint("uq_x", "session", ["login"])', "session.uq_x is a constraint"),
        ('op.create_index("ix_x", "session", ["login"], unique=True)', "session.ix_x is a constraint"),
        (
            'op.execute("ALTER TABLE session ADD COLUMN x double precision NOT NULL DEFAULT random()")',
            "session is written anew",
        ),
    ],
)
def test_a_migration_that_would_is_found(then: str, fault: str, before: Postgres, tmp_path: Path) -> None:
    found = faults(before, migrations_with(tmp_path / "m", then))
    assert [one for one in found if one.startswith(f"9999: {fault}")], found


@pytest.mark.parametrize(("since", "found"), [(BESIDE, []), ("9998", ["9999: session.login is gone"])])
def test_what_the_version_before_does_without_may_be_taken_away(
    since: str, found: list[str], before: Postgres, tmp_path: Path
) -> None:
    migrations = migrations_with(tmp_path / "m", 'op.drop_column("session", "login")')
    (file,) = (migrations / "versions").glob("9999*")
    file.write_text(f'{file.read_text()}\ntakes_away = {{"session.login": "{since}"}}\n')
    assert faults(before, migrations) == found


def test_a_version_works_on_the_schema_of_the_one_behind_it_where_that_says_so(
    postgres: Server, place: Postgres, tmp_path: Path
) -> None:
    prepare(place, migrations_with(tmp_path / "m"))
    prepare(place)  # as this version knows nothing of 9999
    assert stamp_of(postgres, place) == "9999"
    postgres.run("UPDATE schema_step SET oldest = '9998'", place.name)
    with pytest.raises(DatabaseUnusable, match="serves versions from schema '9998' on, and this one ends at"):
        prepare(place)


def test_what_was_said_of_another_schema_counts_for_nothing(postgres: Server, place: Postgres) -> None:
    postgres.run("UPDATE alembic_version SET version_num = '9999'", place.name)
    with pytest.raises(DatabaseUnusable, match="its schema '9999' is unknown to this version"):
        prepare(place)


def test_each_connection_says_what_its_version_knows(postgres: Server, place: Postgres) -> None:
    with (
        closing(Database(place)),
        of_a_node(postgres, place),
        closing(Database(place)) as database,
        database.engine.connect() as connection,
    ):
        assert {revision for _, revision in at_work(connection, newest())} == {newest(), "0023"}
        assert {revision for _, revision in at_work(connection, "0021")} == {newest(), "0021"}


def test_who_does_not_say_is_as_old_as_the_schema(postgres: Server, before: Postgres) -> None:
    postgres.run("UPDATE alembic_version SET version_num = '0022'", before.name)
    with (
        of_a_node(postgres, before),
        pytest.raises(DatabaseUnusable, match=r"at work: this machine \(schema 0022\); upgrade them"),
    ):
        prepare(before)
    assert stamp_of(postgres, before) == "0022"


def test_beside_a_node_that_is_too_old_nothing_is_migrated(
    postgres: Server, place: Postgres, tmp_path: Path
) -> None:
    with (
        of_a_node(postgres, place, "brana 0001"),
        pytest.raises(DatabaseUnusable, match=r"at work: this machine \(schema 0001\); upgrade them"),
    ):
        prepare(place, migrations_with(tmp_path / "m"))
    assert stamp_of(postgres, place) == revisions()[-1]


def test_a_migration_gives_way_to_whoever_reads_and_is_tried_again(
    postgres: Server, place: Postgres, tmp_path: Path
) -> None:
    migrations = migrations_with(tmp_path / "m")
    with of_a_node(postgres, place) as reads, of_a_node(postgres, place) as comes_later:
        reads.execute("BEGIN")
        reads.execute("SELECT * FROM revoked")
        with pytest.raises(DatabaseUnusable, match="a table was read all the time"):
            of_server(place, migrations, timedelta(0))
        assert stamp_of(postgres, place) == revisions()[-1]
        done = threading.Thread(target=lambda: prepare(place, migrations))
        done.start()
        comes_later.execute("SET statement_timeout = '5s'")
        while not postgres.run("SELECT 1 FROM pg_locks WHERE NOT granted", place.name):
            pass
        comes_later.execute("SELECT * FROM revoked")  # although a change waits for the table
        comes_later.execute(f"SELECT pg_advisory_lock({WRITERS}), pg_advisory_unlock({WRITERS})".encode())
        assert stamp_of(postgres, place) == revisions()[-1]
        reads.execute("ROLLBACK")
        done.join()
    assert stamp_of(postgres, place) == "9999"


def test_what_takes_long_is_given_up_beside_others_and_alone_takes_its_time(place: Postgres) -> None:
    with closing(Database(place)) as database:
        engine = database.engine.execution_options(isolation_level="READ COMMITTED")

        def change(*, others: bool) -> None:
            with engine.begin() as connection:
                giving_way(
                    connection,
                    "there",
                    lambda: connection.exec_driver_sql("SELECT pg_sleep(0.2)").close(),
                    others=others,
                    patience=timedelta(0),
                    no_longer=timedelta(milliseconds=50),
                )

        with pytest.raises(DatabaseUnusable, match=r"for longer than 0.05 s; stop all of them and start one"):
            change(others=True)
        change(others=False)
