"""What a database cannot do, told so that an operator can mend it."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from gateway.audit.neutral import neutral
from gateway.storage.server_faults import remedy_of, words_of

LONGEST = 500  # characters kept of what a driver or a server says
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
    """The database cannot be reached or opened, is damaged, or its disk is full. Says what to do."""

    def __init__(self, where: Path | str, cause: str) -> None:
        super().__init__(f"database {where}: {cause}")
        self.where = where


def concerns_the_file(error: BaseException) -> bool:
    """Whether nothing else can succeed in the same transaction either: of the file, or of the server."""
    return isinstance(error, MemoryError | DatabaseUnusable) or _remedy(error) is not None


def explained(where: Path | str, error: BaseException) -> BaseException:
    """A fresh error for one caller: what the database said, and what to do about it."""
    if isinstance(error, DatabaseUnusable):
        return DatabaseUnusable(where, str(error).removeprefix(f"database {where}: "))
    if (remedy := _remedy(error)) is not None:
        return DatabaseUnusable(where, f"{_said(error)}; {remedy}")
    if _code(error) is not None:
        return DatabaseUnusable(where, f"{_said(error)}; see the cause")
    return DatabaseUnusable(where, f"the group of writes was rolled back: {type(error).__name__}: {error}")


def _remedy(error: BaseException) -> str | None:
    """None for the fault of one statement, and for what did not come from a database."""
    code = _code(error)
    return REMEDIES.get(code) if code is not None else remedy_of(_raised(error))


def _raised(error: BaseException) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _said(error: BaseException) -> str:
    return neutral(words_of(_raised(error)), LONGEST)


def _code(error: BaseException) -> int | None:
    """SQLite's primary result code, None for what did not come from SQLite."""
    code = getattr(_raised(error), "sqlite_errorcode", None)
    return code & PRIMARY if isinstance(code, int) else None
