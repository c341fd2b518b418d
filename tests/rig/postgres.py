"""A real PostgreSQL cluster for tests, on a unix socket of its own folder.

initdb refuses root, so there it runs as the system's user `postgres`. Nothing is flushed to the disk: it lives as long
as the tests do. To make a database takes half a second and to empty one some milliseconds, so that tests share one.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from config.settings import Postgres
from gateway.storage.migrate import prepare
from gateway.storage.schema import STAMP, all_tables

QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "max_wal_size": "2GB",
    "max_prepared_transactions": "4",
}
SYSTEM_USER = "postgres"
LIKE = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"


def _program(name: str) -> str:
    """Debian keeps them beside its versions, outside PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


def _as_nobody_special(command: list[str]) -> None:
    as_user = ["setpriv", f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--clear-groups"]
    whole = [*as_user, *command] if os.geteuid() == 0 else command
    done = subprocess.run(whole, cwd="/", capture_output=True, check=False, text=True)
    if done.returncode:
        raise AssertionError(f"{command[0]}: {done.stdout}{done.stderr}")


@dataclass
class Server:
    folder: Path
    port: int = 5432
    """Part of the socket's name."""
    _prepared: Postgres | None = None
    _as_made: Postgres | None = None
    """For copies."""
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def place(self, name: str) -> Postgres:
        return Postgres(hosts=[str(self.folder)], name=name)

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """As the server's own superuser."""
        with psycopg.connect(
            host=str(self.folder), port=self.port, dbname=database, user="postgres", autocommit=True
        ) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def empty(self) -> Postgres:
        """A new database without tables."""
        name = f"empty_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} OWNER brana {LIKE}")
        return self.place(name)

    def copy(self, of: Postgres) -> Postgres:
        """A new database with what is in another one, to which nobody is connected."""
        name = f"copy_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} OWNER brana TEMPLATE {of.name}")
        return self.place(name)

    def as_made(self) -> Postgres:
        """A new database as this version makes it."""
        if self._as_made is None:
            self._as_made = self.empty()
            prepare(self._as_made)
        return self.copy(self._as_made)

    def database(self) -> Postgres:
        """The one with the product's tables, all of them empty now."""
        if self._prepared is None:
            self._prepared = self.as_made()
        ours = [table.name for table in reversed(all_tables().sorted_tables)]
        name = self._prepared.name
        self.run("; ".join(f"DELETE FROM {table}" for table in ours), name)
        self.run("DROP FUNCTION IF EXISTS fault CASCADE", name)  # what an exercise left behind
        others = self.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", name)
        for (other,) in others:
            if other not in {*ours, STAMP}:
                self.run(f"DROP TABLE {other}", name)
        return self._prepared

    def give(self, name: str, content: bytes) -> None:
        """A file that the server reads, and nobody else."""
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(0o600)
        if os.geteuid() == 0:
            shutil.chown(path, SYSTEM_USER, SYSTEM_USER)

    def start(self, **settings: str) -> None:
        given = " ".join(f"-c {name}={value}" for name, value in {**QUICK, **settings}.items())
        options = f"-k {self.folder} {given}"
        log = str(self.folder / "log")
        _as_nobody_special(
            [_program("pg_ctl"), "-D", str(self.data), "-l", log, "-w", "-t", "30", "-o", options, "start"]
        )

    def stop(self) -> None:
        _as_nobody_special([_program("pg_ctl"), "-D", str(self.data), "-m", "immediate", "-w", "stop"])


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One for all tests of a process."""
    with cluster() as server:
        yield server


@contextmanager
def cluster(**settings: str) -> Iterator[Server]:
    folder = Path(mkdtemp(prefix="brana-pg-"))  # short: a socket's path has 107 bytes at most
    server = Server(folder)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
        _as_nobody_special(
            [
                *(_program("initdb"), "-D", str(server.data), "-U", "postgres", "-A", "trust"),
                *("--no-sync", "--encoding=UTF8", "--locale=C"),
            ]
        )
        server.start(**settings)
        server.run("CREATE ROLE brana LOGIN")
        yield server
    finally:
        with suppress(AssertionError):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
