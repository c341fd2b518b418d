"""Whose the lead is. Whoever may connect could hold its lock: no node would watch the log, send it on or ask witnesses,
and nobody would hear of it. So a session of ours names itself by a mark, under the master key, over what only it is;
from any other the lead is taken, and it is told.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.sql import SQL, Literal

from gateway.storage.postgres.engine import LEADER, OURS
from gateway.storage.schema import newest

Raw = psycopg.Connection[tuple[Any, ...]]
Mark = Callable[[str], str | None]
"""Of a text; None where this process has no key: then nobody is named, and nobody ended."""
_SESSION = "a.pid::text || ' ' || extract(epoch FROM a.backend_start)::text"
_OURSELVES = f"SELECT {_SESSION} FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_catalog.pg_backend_pid()"  # noqa: S608
_NAMED = "SELECT pg_catalog.set_config('application_name', %s, false)"
_HOLDING = f"""
SELECT a.pid, {_SESSION}, a.application_name, coalesce(a.client_addr::text, 'this machine')
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = {LEADER} AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND l.pid <> pg_catalog.pg_backend_pid()
ORDER BY l.granted
"""  # noqa: S608 - constants; who waits comes first, so that nobody has the lock after whoever held it
_ENDED = "SELECT pg_catalog.pg_terminate_backend(%s)"
_PREPARED = f"""
SELECT p.gid, p.owner
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_locks own ON own.virtualtransaction = l.virtualtransaction AND own.locktype = 'transactionid'
JOIN pg_catalog.pg_prepared_xacts p ON p.transaction = own.transactionid
WHERE l.locktype = 'advisory' AND l.classid = 0 AND l.objid = {LEADER} AND l.objsubid = 1 AND l.pid IS NULL
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
"""  # noqa: S608 - constants; which of them has a lock is seen by the lock of its own number alone


def name_itself(raw: Raw, mark: Mark) -> None:
    """Before it asks for the lead."""
    row = raw.execute(_OURSELVES.encode()).fetchone()
    if row is not None and (made := mark(str(row[0]))) is not None:
        raw.execute(_NAMED.encode(), [_name(made)])


def end_strangers(raw: Raw, mark: Mark) -> list[str]:
    """Sessions that hold the lead, or wait for it, and are none of ours: each as it is told.

    Those of a version that did not name itself are among them; they connect anew, and wait.
    """
    found = _roll_back_prepared(raw)
    for pid, session, name, address in raw.execute(_HOLDING.encode()).fetchall():
        made = mark(str(session))
        if made is not None and str(name).rpartition(" ")[2] != made:  # of any version of ours
            found.append(f"session {pid} from {address} that holds the lead of the nodes, {name!r}")
            with suppress(psycopg.Error):  # of a role that we may not end: it is told all the same
                raw.execute(_ENDED.encode(), [pid])
    return found


def _roll_back_prepared(raw: Raw) -> list[str]:
    """A transaction that was prepared holds the lead after its session, and after the server's restart: we prepare
    none.
    """
    found = []
    for gid, owner in raw.execute(_PREPARED.encode()).fetchall():
        found.append(f"transaction {gid!r} of {owner}, prepared, that holds the lead of the nodes")
        with suppress(psycopg.Error):  # of another role: it is told all the same
            raw.execute(SQL("ROLLBACK PREPARED {}").format(Literal(gid)))
    return found


def _name(made: str) -> str:
    return f"{OURS}{newest()} {made}"
