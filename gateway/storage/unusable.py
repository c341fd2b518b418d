"""What a database file cannot do, told so that an operator can mend it."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

PRIMARY = 0xFF  # the low byte of SQLite's extended result codes, sqlite.org/rescode.html

REMEDIES = {
    sqlite3.SQLITE_PERM: "correct the owner and mode of the file and its folder",
    sqlite3.SQLITE_BUSY: "another program holds it; end that program",
    sqlite3.SQLITE_LOCKED: "another program holds it; end that program",
    sqlite3.SQLITE_NOMEM: "memory ran out; give this machine more or end other programs",
    sqlite3.SQLITE_READONLY: "the file cannot be written; check its owner and the disk's mount",
    sqlite3.SQLITE_IOERR: "the disk fails or a limit on file size is reached; see the system's log",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup",
    sqlite3.SQLITE_FULL: "free space on its disk",
    sqlite3.SQLITE_CANTOPEN: "correct state.directory, or let this user write to that folder",
    sqlite3.SQLITE_PROTOCOL: "another program holds it; end that program",
    sqlite3.SQLITE_NOTADB: "the file is damaged or no database; restore it from a backup",
}
"""Result codes that speak of the file as a whole; any other is the fault of one statement."""


class DatabaseUnusable(Exception):
    """The database file cannot be opened, is damaged, or the disk is full. Says what to do."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"database {path}: {cause}")
        self.path = path


def concerns_the_file(error: BaseException) -> bool:
    """Whether nothing else can succeed in the same transaction either."""
    return isinstance(error, MemoryError) or _code(error) in REMEDIES


def explained(path: Path, error: BaseException) -> BaseException:
    """A fresh error for one caller: what SQLite said, and what to do about it."""
    if isinstance(error, DatabaseUnusable):
        return DatabaseUnusable(path, str(error).removeprefix(f"database {path}: "))
    code = _code(error)
    if code is not None:
        hint = REMEDIES.get(code, "see the cause")
        return DatabaseUnusable(path, f"{_said(error)}; {hint}")
    return DatabaseUnusable(path, f"the group of writes was rolled back: {type(error).__name__}: {error}")


def _said(error: BaseException) -> str:
    return str(error.orig) if isinstance(error, DBAPIError) else str(error)


def _code(error: BaseException) -> int | None:
    """SQLite's primary result code, None for what did not come from SQLite."""
    raised = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(raised, "sqlite_errorcode", None)
    return code & PRIMARY if isinstance(code, int) else None
