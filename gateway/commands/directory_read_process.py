"""Reads one directory into its replica, in a process of its own; see `gateway.commands.directory_read`.

It steps back behind whoever decides, and ends with the process that started it.
"""

import gc
import os
import sys
from datetime import UTC, datetime

from config.settings import Directory
from gateway.beginning import die_with
from gateway.commands.directory_read import (
    Done,
    Misconfigured,
    ReadSoFar,
    Said,
    Unreachable,
    encode,
    settings_of,
)
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.directory import StoredReplica
from gateway.storage.place import place_from
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.directory.pool import Pool
from idp.directory.sync.full import FullSync
from idp.directory.sync.kinds import form_and_source
from idp.directory.sync.replica import Hold, Limit

NICENESS = 5  # of 19


def main(parent: str, database: str) -> int:
    die_with(int(parent))()
    os.nice(NICENESS)
    gc.disable()  # nothing here goes in circles, and looking for some takes a fifth of the time
    settings = settings_of(sys.stdin.buffer.read())
    try:
        opened = Database(place_from(database), lasting=False)
        try:
            _say(Done(_read(opened, settings)))
        finally:
            opened.close()
    except DirectoryUnreachable as error:
        _say(Unreachable(error.url, error.hint))
    except DirectoryMisconfigured as error:
        _say(Misconfigured(error.what, error.hint))
    except DatabaseUnusable as error:
        _say(Misconfigured(settings.name, str(error)))
    return 0


def _read(database: Database, settings: Directory) -> Hold | None:
    replica, pool = StoredReplica(database), Pool(settings)
    try:
        form, source = form_and_source(settings, replica, now)
        limit = Limit(settings.removal_share, settings.removal_least)
        sync = FullSync(
            settings.name,
            form,
            source,
            replica,
            limit,
            now,
            lambda progress: _say(ReadSoFar(progress.people, progress.groups)),
        )
        return pool.run_here(sync)
    finally:
        pool.close()


def now() -> datetime:
    """As `gateway.commands.state` has it, without all that a whole product imports."""
    return datetime.now(UTC)


def _say(said: Said) -> None:
    sys.stdout.buffer.write(encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
