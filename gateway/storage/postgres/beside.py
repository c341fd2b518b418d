"""Migrating a database while nodes of the version before are at work on it: who they are, and how they are not held up.

A change of a table waits for whoever reads it, and all who come later wait behind it. So it waits shortly, gives way,
and is tried again; and with others at work no statement may take long. Writers stand aside first, so that none of them
can have a table that is needed and wait for one that is changed already.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.storage.postgres.engine import OURS, WRITERS
from gateway.storage.schema import BESIDE
from gateway.storage.server_faults import ONCE_MORE, code_of
from gateway.storage.unusable import DatabaseUnusable

UNNAMED = "0023"
"""Newest revision of the last version whose connections do not say theirs, and which works on no schema but its own."""
GIVES_WAY = timedelta(milliseconds=700)  # others wait that long at most; a writer gives up after 5 s
AGAIN = timedelta(milliseconds=300)  # in which those who waited come to their turn
NO_LONGER = timedelta(seconds=3)  # a decision is not waited for longer
LOCKED, CANCELLED = "55P03", "57014"
PASSES = {LOCKED, CANCELLED, *ONCE_MORE}
"""What is said of others' work, and not of the change."""
AT_WORK = f"""
SELECT DISTINCT coalesce(client_addr::text, 'this machine'), application_name FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
AND application_name LIKE '{OURS.strip()}%%' ORDER BY 1, 2
"""  # noqa: S608 - a constant


def at_work(connection: Connection, found: str) -> list[tuple[str, str]]:
    """Who is connected: addresses, and the newest revision that each one's version knows. `found`: the database's."""
    unnamed = min(UNNAMED, found)
    return [
        (str(address), next(iter(str(name).removeprefix(OURS.strip()).split()), unnamed))
        for address, name in connection.exec_driver_sql(AT_WORK).all()
    ]


def require_none_too_old(connection: Connection, where: str, found: str) -> bool:
    """Whether anybody is at work. Raises DatabaseUnusable where one could not work on the schema of this version.

    `found`: the revision of the database.
    """
    others = at_work(connection, found)
    if too_old := [f"{address} (schema {revision})" for address, revision in others if revision < BESIDE]:
        raise DatabaseUnusable(
            where,
            f"nodes of a version that cannot work beside this one are at work: {', '.join(too_old)}; upgrade them "
            f"to the version before this one first, or stop all of them. Nothing was changed",
        )
    return bool(others)


def giving_way(
    connection: Connection,
    where: str,
    change: Callable[[], None],
    *,
    others: bool,
    patience: timedelta,
    no_longer: timedelta = NO_LONGER,
) -> None:
    """Run `change` within the connection's transaction, again while somebody is in its way, for `patience`. `others`:
    somebody is at work, so that no statement takes longer than `no_longer`.

    Raises DatabaseUnusable, and whatever else `change` raises; then nothing is changed.
    """
    last = time.monotonic() + patience.total_seconds()
    while True:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_ms(GIVES_WAY)}")
                if others:
                    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_ms(no_longer)}")
                change()
        except DBAPIError as error:
            code = code_of(error.orig)
            if code == CANCELLED:
                raise DatabaseUnusable(
                    where,
                    f"its migration would hold up the nodes at work for longer than {no_longer.total_seconds():g} s; "
                    "stop all of them and start one of this version alone. Nothing was changed",
                ) from error
            if code not in PASSES:
                raise
            if time.monotonic() >= last:
                raise DatabaseUnusable(
                    where,
                    "it could not be migrated, as a table was read all the time; wait until whoever reads the whole "
                    "of it is done (a verification, a backup). Nothing was changed",
                ) from error
            time.sleep(AGAIN.total_seconds())
        else:
            return


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
