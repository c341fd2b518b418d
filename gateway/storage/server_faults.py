"""What a PostgreSQL server cannot do, and how an operator mends it.

By the codes of postgresql.org/docs/15/errcodes-appendix.html; a connection that never came to be has none, then
the client's own words decide.
"""

import re

ONCE_MORE = {"40001": "serialization failure", "40P01": "deadlock"}
"""The server rolled back for others' sake: the same work may succeed at once."""

CANCELLED = "57014"
"""A statement that took longer than it may, or that somebody stopped."""

GONE = {"08000", "08003", "08006", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006"}
"""This connection is over, or leads to a server that takes no writes any more; a new one finds another."""

REMEDIES = {
    "08": "see that the server runs and that the network lets us reach it",
    "25006": "the server takes no writes: promote a standby, or name the primary among state.database.hosts",
    "25P03": "this node was too slow within a transaction and was cut off; see why it stood still",
    "28": "correct state.database.user and its password, and pg_hba.conf on the server",
    "3D000": "create the database (docs/operators.md, Fleet), or correct state.database.name",
    "42501": "let the role own the database (docs/operators.md, Fleet)",
    "53100": "free space on the server's disk",
    "53200": "the server's memory ran out; give it more",
    "53300": "raise max_connections on the server; each node holds about 14 connections",
    "53": "the server is short of something; see its log",
    "55P03": "another node holds the lock of writers; see whether that node stands still",
    "57P": "the server is stopping or starting; see that it comes up",
    CANCELLED: "the server cancelled it; see its log",
    "58": "the server's disk or system fails; see its log",
    "XX001": "the database is damaged; restore it from a backup",
    "XX002": "an index is damaged: REINDEX DATABASE, then run `brana audit verify`",
    **dict.fromkeys(ONCE_MORE, "others were at the same rows; it will be tried again"),
}
"""By code, or the beginning of codes. They concern whatever else is tried in the same transaction, too."""

WORDS = (
    (
        r"certificate verify failed|certificate",
        "correct state.database.authority, or the server's certificate",
    ),
    (
        r"does not support SSL|SSL",
        "let the server speak TLS, and name its authority in state.database.authority",
    ),
    (r"password|authentication|pg_hba", REMEDIES["28"]),
    (r"does not exist", REMEDIES["3D000"]),
    (r"read-only|session is not read-write", REMEDIES["25006"]),
    (r"starting up|shutting down", REMEDIES["57P"]),
    (r"too many (clients|connections)", REMEDIES["53300"]),
)


def code_of(error: object) -> str | None:
    """The SQLSTATE; empty where there is no answer of a server; None for what did not come from there."""
    if not hasattr(error, "sqlstate"):
        return None
    code = error.sqlstate
    if isinstance(code, str):
        return code
    # what the client itself refuses, such as a value that has no form, is the fault of one statement
    return "" if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None


def words_of(error: object) -> str:
    """What is told of it, in one line. Of what a server says the message alone: its details and its context quote rows,
    and what is kept in them is nobody's to read in a log or on a terminal.
    """
    said = getattr(getattr(error, "diag", None), "message_primary", None)
    return " ".join(str(said or error).split())


def remedy_of(error: object) -> str | None:
    """None for the fault of one statement."""
    code = code_of(error)
    if code is None:
        return None
    if code == "":
        said = str(error)
        return next((remedy for words, remedy in WORDS if re.search(words, said)), REMEDIES["08"])
    return next((REMEDIES[code[:size]] for size in (5, 3, 2) if code[:size] in REMEDIES), None)


def connection_is_over(error: object) -> bool:
    code = code_of(error)
    return code is not None and (code == "" or code in GONE)
