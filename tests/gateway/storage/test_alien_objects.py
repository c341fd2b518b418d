"""What somebody hangs on the tables is found by its name; what the product itself has there is none of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection

from gateway.audit.altered_acts import schema_altered
from gateway.commands.watching_schema import AlienObjects
from gateway.storage.alien_objects import alien_objects
from gateway.storage.telling import FUNCTION
from tests.gateway.audit.making import NOON, Log, entry
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_ends_reached import AFTERWARDS, SERVER, SQLITE, bare, run

__all__ = ["bare"]

BOTH = ["trigger a", "trigger b"]
ON_SERVER = {
    "rule": (
        "CREATE RULE nothing AS ON INSERT TO audit_spool DO INSTEAD NOTHING",
        "DROP RULE nothing ON audit_spool",
        "rule nothing on audit_spool",
    ),
    "row security": (
        "ALTER TABLE audit_tail ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE audit_tail DISABLE ROW LEVEL SECURITY",
        "row security of audit_tail",
    ),
    "a view in the place of a table": (
        "ALTER TABLE audit_view RENAME TO elsewhere\nCREATE VIEW audit_view AS SELECT * FROM elsewhere",
        "DROP VIEW audit_view\nALTER TABLE elsewhere RENAME TO audit_view",
        "rule _RETURN on audit_view",
    ),
    "a trigger like ours that swallows rows": (
        (
            "CREATE TRIGGER brana_tell BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.subject = 's-spy') "
            "EXECUTE FUNCTION brana_tell()"
        ),
        "DROP TRIGGER brana_tell ON audit_entry",
        "trigger brana_tell on audit_entry",
    ),
    "one before each statement": (
        "CREATE TRIGGER brana_tell BEFORE INSERT ON session EXECUTE FUNCTION brana_tell()",
        "DROP TRIGGER brana_tell ON session",
        "trigger brana_tell on session",
    ),
    "ours that is switched off": (
        "ALTER TABLE revoked DISABLE TRIGGER brana_tell",
        "ALTER TABLE revoked ENABLE TRIGGER brana_tell",
        "no trigger brana_tell on revoked",
    ),
    "an operator that is taken before the server's own": (
        (
            "CREATE FUNCTION never(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT false'\n"
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)"
        ),
        "DROP OPERATOR = (varchar, varchar)\nDROP FUNCTION never",
        "operator = of public",
    ),
    "an operator that was put into an extension": (
        (
            "CREATE EXTENSION citext\n"
            "CREATE FUNCTION never(varchar, varchar) RETURNS boolean LANGUAGE sql AS 'SELECT false'\n"
            "CREATE OPERATOR = (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = never)\n"
            "ALTER EXTENSION citext ADD OPERATOR = (varchar, varchar)"
        ),
        (
            "ALTER EXTENSION citext DROP OPERATOR = (varchar, varchar)\n"
            "DROP OPERATOR = (varchar, varchar)\nDROP FUNCTION never"
        ),
        "operator = of public",
    ),
    "a function that was put into an extension": (
        (
            "CREATE EXTENSION IF NOT EXISTS citext\n"
            "CREATE FUNCTION length(varchar) RETURNS integer LANGUAGE sql AS 'SELECT 0'\n"
            "ALTER EXTENSION citext ADD FUNCTION length(varchar)"
        ),
        ("ALTER EXTENSION citext DROP FUNCTION length(varchar)\nDROP FUNCTION length(varchar)"),
        "function length of public",
    ),
    "a function that is taken before the server's own": (
        "CREATE FUNCTION length(varchar) RETURNS integer LANGUAGE sql AS 'SELECT 0'",
        "DROP FUNCTION length(varchar)",
        "function length of public",
    ),
    "a schema before the one of the tables": (
        (
            "CREATE RULE nothing AS ON INSERT TO audit_spool DO INSTEAD NOTHING\n"
            "DO $$ BEGIN EXECUTE format('CREATE SCHEMA %%I', current_user); END $$"
        ),
        (
            "DROP RULE nothing ON audit_spool\n"
            "DO $$ BEGIN EXECUTE format('DROP SCHEMA %%I', current_user); END $$"
        ),
        "rule nothing on audit_spool",
    ),
    "a check that does something": (
        (
            "CREATE FUNCTION fc(text) RETURNS boolean LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM audit_tail; RETURN true; END'\n"
            "ALTER TABLE audit_entry ADD CHECK (fc(subject))"
        ),
        "DROP FUNCTION fc(text) CASCADE",
        "function fc in audit_entry",
    ),
    "a default that does something": (
        (
            "CREATE FUNCTION fd() RETURNS text LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM audit_tail; RETURN 1; END'\n"
            "ALTER TABLE alert_standing ALTER COLUMN acknowledged_by SET DEFAULT fd()"
        ),
        "ALTER TABLE alert_standing ALTER COLUMN acknowledged_by SET DEFAULT ''\nDROP FUNCTION fd",
        "function fd in alert_standing",
    ),
    "a type that does something": (
        (
            "CREATE FUNCTION ft(text) RETURNS boolean LANGUAGE plpgsql AS "
            "'BEGIN DELETE FROM audit_tail; RETURN true; END'\n"
            "CREATE DOMAIN odd AS text CHECK (ft(VALUE))\n"
            "ALTER TABLE audit_view ALTER COLUMN name TYPE odd"
        ),
        ("ALTER TABLE audit_view ALTER COLUMN name TYPE text\nDROP DOMAIN odd\nDROP FUNCTION ft(text)"),
        "type of column name of audit_view",
    ),
    "a function of ours with another body": (
        " ".join(FUNCTION.replace("PERFORM", "DELETE FROM audit_tail; PERFORM").split("\n")),
        " ".join(FUNCTION.split("\n")),
        "trigger brana_tell on revoked",
    ),
}


SWALLOWS = "swallow INTEGER AS (CASE WHEN subject = 's-spy' THEN NULL ELSE 1 END) NOT NULL ON CONFLICT IGNORE"
TRIGGER = (
    "CREATE TRIGGER c BEFORE INSERT ON audit_entry WHEN NEW.subject = 's-spy' BEGIN SELECT RAISE(IGNORE); END"
)
IN_FILE = {
    "a trigger under a name that SQLite takes for one": (
        f"INSERT INTO sqlite_master VALUES ('TRIGGER', 'c', 'audit_entry', 0, \"{TRIGGER}\")",
        ["TRIGGER c"],
        True,
    ),
    "a column that is computed, and what its conflict does": (
        (
            f"UPDATE sqlite_master SET sql = replace(sql, 'audit_entry (', \"audit_entry ({SWALLOWS}, \") "
            "WHERE name = 'audit_entry'"
        ),
        ["column swallow of audit_entry", "conflict clause in audit_entry"],
        True,
    ),
    "what a conflict of our own key does": (
        (
            "UPDATE sqlite_master SET sql = replace(sql, 'PRIMARY KEY (name)', "
            "'PRIMARY KEY (name)/**/on/**/ConFlict IGNORE') WHERE name = 'audit_spool'"
        ),
        ["conflict clause in audit_spool"],
        False,
    ),
    "a key that takes rows along": (
        (
            "UPDATE sqlite_master SET sql = replace(sql, 'name VARCHAR(255)', "
            "'name VARCHAR(255) REFERENCES session ON DELETE CASCADE') WHERE name = 'audit_spool'"
        ),
        ["foreign key name of audit_spool"],
        False,
    ),
    "a table of another kind in the place of ours": (
        "DROP TABLE audit_view; CREATE VIRTUAL TABLE audit_view USING fts5(name)",
        ["column audit_view of audit_view", "column rank of audit_view", "virtual audit_view"],
        False,
    ),
}


def found(log: Log) -> list[str]:
    return list(log.database.read_now(alien_objects))


def on_server(log: Log) -> bool:
    return log.database.read_now(lambda connection: connection.dialect.name) == "postgresql"


@contextmanager
def with_triggers(log: Log) -> Iterator[None]:
    run(log, SERVER if on_server(log) else SQLITE)
    try:
        yield
    finally:
        if on_server(log):
            run(log, AFTERWARDS)


def test_a_database_that_nobody_touched_has_nothing_alien(bare: Log) -> None:
    assert found(bare) == []


def test_triggers_are_named(bare: Log) -> None:
    with with_triggers(bare):
        assert [one.partition(" on ")[0] for one in found(bare)] == BOTH
    assert "trigger a, trigger b" in str(AlienObjects(BOTH))
    entry = schema_altered(NOON, BOTH * 100)
    assert (entry.details["number"], len(entry.details["objects"])) == (200, 50)  # type: ignore[arg-type]


@pytest.mark.parametrize("bare", ["embedded"], indirect=True)
@pytest.mark.parametrize("kind", IN_FILE)
def test_whoever_writes_the_schema_of_a_file_has_more_ways_and_each_is_named(bare: Log, kind: str) -> None:
    statements, named, swallows = IN_FILE[kind]
    with closing(sqlite3.connect(bare.path, isolation_level=None)) as connection:
        (version,) = connection.execute("PRAGMA schema_version").fetchone()
        connection.executescript(
            f"PRAGMA writable_schema = ON; {statements}; PRAGMA schema_version = {version + 9}"
        )
    bare.append([entry(1), entry(2, subject="s-spy")])
    assert len(written(bare)) == (1 if swallows else 2)
    assert found(bare) == named


@pytest.mark.real
@pytest.mark.parametrize("bare", ["postgres"], indirect=True)
@pytest.mark.parametrize("kind", ON_SERVER)
def test_a_server_has_more_ways_and_each_is_named(bare: Log, kind: str) -> None:
    made, undone, named = ON_SERVER[kind]
    run(bare, made)
    try:
        assert named in found(bare)
    finally:
        run(bare, undone)
    assert found(bare) == []


@pytest.mark.real
@pytest.mark.parametrize("bare", ["postgres"], indirect=True)
def test_a_search_path_that_asks_the_server_last_is_named(bare: Log) -> None:
    def look(connection: Connection) -> list[str]:
        connection.exec_driver_sql("SET LOCAL search_path = public, pg_catalog").close()
        return list(alien_objects(connection))

    assert bare.database.read_now(look) == ["search path public, pg_catalog"]
