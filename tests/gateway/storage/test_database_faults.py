"""Faults of the disk itself: real files, real limits, real kills. Nobody hangs, everybody is told."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from gateway.storage.database import Database, DatabaseUnusable

ROOT = Path(__file__).parents[3]
PATIENCE = 20
FILLING = """
import sys
from pathlib import Path
from sqlalchemy import text
from gateway.storage.database import Database
database = Database(Path(sys.argv[1]))
"""
CREATE = """
create = text('CREATE TABLE IF NOT EXISTS note (n INTEGER, body TEXT)')
database.write_soon(lambda c: c.execute(create)).result()
"""


def child(program: str, path: Path, **options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", FILLING + program, str(path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


WRITING = """
insert = text('INSERT INTO note VALUES (:n, :b)')
def put(n):
    return lambda c: (c.execute(insert, {'n': n, 'b': 'x' * 500}), n)[1]
n = 0
while True:
    futures = [database.write_soon(put(n + i)) for i in range(20)]
    n += 20
    for future in futures:
        print(future.result(), flush=True)
"""


def test_what_was_answered_survives_the_kill_of_the_process(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    process = child(CREATE + WRITING, path)
    assert process.stdout is not None
    answered = [int(process.stdout.readline()) for _ in range(500)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=PATIENCE)
    answered += [int(line) for line in rest.split("\n")[:-1]]
    with sqlite3.connect(path) as connection:
        kept = {n for (n,) in connection.execute("SELECT n FROM note")}
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert len(answered) >= 500
    assert set(answered) <= kept


FILL = """
from concurrent.futures import wait
from gateway.storage.database import DatabaseUnusable
def put(c):
    c.execute(text('INSERT INTO note VALUES (1, :b)'), {'b': 'x' * 20_000})
for _ in range(1000):
    futures = [database.write_soon(put) for _ in range(5)]
    done = wait(futures, timeout=10)
    assert not done.not_done, 'a caller hangs'
    errors = [f.exception() for f in futures if f.exception()]
    if errors:
        assert all(type(e) is DatabaseUnusable for e in errors), errors
        print(errors[0], flush=True)
        break
"""


def limit_file_size() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))


def test_a_file_that_may_not_grow_is_told_to_every_caller(tmp_path: Path) -> None:
    process = child(CREATE + FILL + "database.close()\n", tmp_path / "brana.db", preexec_fn=limit_file_size)
    said, errors = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == 0, errors
    assert "limit on file size" in said


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 2 MB where we may mount one (root); False where the limit on file size must stand in."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_forgotten_once_there_is_space(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        ballast = tmp_path / "disk" / "ballast"
        ballast.write_bytes(bytes(1_400_000))
        give_way = f"import os; os.unlink({str(ballast)!r})\n"
        raise_limit = (
            "import resource as r; r.setrlimit(r.RLIMIT_FSIZE, (r.RLIM_INFINITY, r.RLIM_INFINITY))\n"
        )
        again = (
            "database.write_soon(lambda c: c.execute(text('DELETE FROM note WHERE n = 2'))).result(10)\n"
            "print('again', flush=True)\ndatabase.close()\n"
        )
        process = child(
            CREATE + FILL + (give_way if mounted else raise_limit) + again,
            tmp_path / "disk" / "brana.db",
            preexec_fn=None if mounted else limit_softly,
        )
        said, errors = process.communicate(timeout=2 * PATIENCE)
    assert process.returncode == 0, errors
    assert ("disk is full; free space on its disk" if mounted else "limit on file size") in said
    assert "again" in said


def limit_softly() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))


@contextmanager
def without_privileges() -> Iterator[None]:
    """As nobody, where the tests run as root, to whom no file is read-only."""
    if root := os.geteuid() == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_a_folder_that_may_not_be_written_is_told_when_opening() -> None:
    with TemporaryDirectory() as name:  # below /tmp, where nobody may look too
        path = Path(name) / "brana.db"
        made = Database(path)
        made.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
        made.close()
        path.chmod(0o444)
        path.parent.chmod(0o555)
        with (
            without_privileges(),
            pytest.raises(DatabaseUnusable, match=r"let this user write|cannot be written") as refused,
        ):
            Database(path)
        assert str(path) in str(refused.value)
        path.parent.chmod(0o755)


def test_a_folder_that_is_not_there_is_told_when_opening(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="correct state"):
        Database(tmp_path / "none" / "brana.db")


def test_a_file_that_is_no_database_is_told_when_opening(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    path.write_bytes(b"not a database at all\n" * 200)
    with pytest.raises(DatabaseUnusable, match="restore it from a backup"):
        Database(path)


async def test_a_file_damaged_in_the_middle_is_told_to_who_reads_and_who_writes_there(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    whole = Database(path)
    whole.write_soon(
        lambda c: c.execute(text("CREATE TABLE note (n INTEGER PRIMARY KEY, body TEXT)"))
    ).result()
    for n in range(50):
        row = {"n": n, "b": "x" * 3_000}
        whole.write_soon(lambda c, row=row: c.execute(text("INSERT INTO note VALUES (:n, :b)"), row)).result(
            PATIENCE
        )
    whole.close()
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    damaged = Database(path)
    try:
        with pytest.raises(DatabaseUnusable, match="damaged; restore it from a backup"):
            damaged.read_now(lambda c: c.execute(text("SELECT sum(length(body)) FROM note")).all())
        with pytest.raises(DatabaseUnusable, match="damaged; restore it from a backup"):
            await damaged.row("SELECT sum(length(body)) FROM note")
        with pytest.raises(DatabaseUnusable, match="damaged; restore it from a backup"):
            damaged.write_soon(lambda c: c.execute(text("UPDATE note SET body = 'y'"))).result(PATIENCE)
    finally:
        damaged.close()


def test_another_program_that_holds_the_file_is_named_as_the_cause(tmp_path: Path) -> None:
    database = Database(tmp_path / "brana.db", patience=timedelta(milliseconds=100))
    other = sqlite3.connect(tmp_path / "brana.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseUnusable, match="another program holds it"):
            database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
        other.execute("ROLLBACK")
        database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
    finally:
        other.close()
        database.close()


def test_a_copy_taken_between_two_answers_opens_and_holds_the_first(tmp_path: Path) -> None:
    """As after a power cut: the files as they lie on the disk, with nobody having closed them."""
    database = Database(tmp_path / "brana.db")
    database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
    database.write_soon(lambda c: c.execute(text("INSERT INTO note VALUES (1)"))).result(PATIENCE)
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob("brana.db*"):
        if not file.name.endswith("-shm"):
            shutil.copy(file, tmp_path / "copy")
    database.close()
    copy = Database(tmp_path / "copy" / "brana.db")
    assert copy.read_now(lambda c: c.execute(text("SELECT n FROM note")).all()) == [(1,)]
    copy.close()


async def test_a_database_that_takes_no_write_does_not_work_until_it_takes_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "brana.db")
    try:
        await database.write(lambda c: c.exec_driver_sql("CREATE TABLE note (body TEXT)").close())
        await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 2").close())
        assert database.works()
        long = "x" * 100_000
        with pytest.raises(DatabaseUnusable, match="database or disk is full; free space on its disk"):
            await database.write(lambda c: c.execute(text("INSERT INTO note VALUES (:b)"), {"b": long}))
        assert not database.works()
        assert await database.read(lambda c: c.exec_driver_sql("SELECT count(*) FROM note").scalar()) == 0
        await database.write(lambda c: c.execute(text("INSERT INTO note VALUES ('x')")))
        assert database.works()
        with pytest.raises(ZeroDivisionError):
            await database.write(lambda _: 1 // 0)
        assert database.works()  # a fault of one write is not the file's
    finally:
        database.close()
