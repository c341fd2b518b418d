"""The log: entries with their searchable columns, the tree's tail, checkpoints, the place in the spool."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gateway.audit.canonical import TEXTS
from gateway.storage.tables import metadata

Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite makes only an INTEGER key its row id

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("sequence", Number, primary_key=True, autoincrement=False),
    Column("received_at", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("code", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
    *(Column(name, Text, nullable=False) for name in TEXTS),  # every fact of a decision can be asked for
    Column("canonical", LargeBinary, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
)

INDEXED = ("session", "request_id", "reason")
"""Columns that by themselves choose few entries. Each index also holds `at`: the answer comes in time order.
Empty values are left out of the index and cost nothing. Others are found by the index beside the log (`audit_index`),
of which no append has to wait.
"""

Index("ix_audit_entry_at", audit_entry.c.at)
Index("ix_audit_entry_code_at", audit_entry.c.code, audit_entry.c.at)
Index(
    "ix_audit_entry_outcome_at",
    audit_entry.c.outcome,
    audit_entry.c.at,
    sqlite_where=audit_entry.c.outcome != "success",
)
for _name in INDEXED:
    _column = audit_entry.c[_name]
    Index(
        f"ix_audit_entry_{_name}_at",
        _column,
        audit_entry.c.at,
        sqlite_where=_column != "",
    )

audit_tail = Table(
    "audit_tail",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),  # entries, and so the next sequence number
    Column("frontier", LargeBinary, nullable=False),  # of the open shard's tree
    Column("received_at", BigInteger, nullable=False),  # of the last entry
    Column("wall", BigInteger, nullable=False),  # the system clock at the last append
    Column("shard", Integer, nullable=False, server_default="0"),  # the open one: its number,
    Column("month", String(7), nullable=False, server_default=""),
    Column("first", BigInteger, nullable=False, server_default="0"),  # the number of its first entry,
    Column(
        "until", BigInteger, nullable=False, server_default="0"
    ),  # and when another is due; 0: not known yet
    Column(
        "mark", LargeBinary(32)
    ),  # of all of it, keyed by the master key; an older version leaves what was there
)

audit_shard = Table(
    "audit_shard",  # those that are closed; `gateway.audit.shard.Shard`
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("month", String(7), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("dropped_by", BigInteger),
    Column("gone", Boolean, nullable=False, server_default="0"),
)

audit_hold = Table(
    "audit_hold",  # what is kept beyond its time; `gateway.audit.retention.Hold`
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("why", Text, nullable=False),
    Column("placed_at", BigInteger, nullable=False),
    Column("placed_by", Text, nullable=False),
    Column("lifted_at", BigInteger),
)

audit_person = Table(
    "audit_person",  # finds the entries of a name; a convenience beside the log, not a part of its proof
    metadata,
    Column("subject", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("folded", Text, primary_key=True),  # login and name, lower case, without accents
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("size", Number, primary_key=True, autoincrement=False),  # entries of the whole log
    Column("root", LargeBinary(32), nullable=False),  # of the tree of their last shard
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
)

audit_spool = Table(
    "audit_spool",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("offset", BigInteger, nullable=False),  # bytes that are in the log
    Column("renaming_to", String(255), nullable=False, server_default=""),
    Column("finished", Boolean, nullable=False, server_default="0"),
)

audit_node = Table(
    "audit_node",  # roots of whole subtrees of the log's tree, so that proofs need few rows; the entries say as much
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),  # of 2 ** level entries
    Column(
        "position", Number, primary_key=True, autoincrement=False
    ),  # in its level, and the shard's first number
    Column("root", LargeBinary(32), nullable=False),
)
