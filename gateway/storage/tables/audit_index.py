"""The index beside the log: made out of the entries, and can be made again; no part of the log's proof."""

from sqlalchemy import BigInteger, Column, LargeBinary, PrimaryKeyConstraint, Table

from gateway.storage.tables import metadata
from gateway.storage.tables.audit import Number

audit_block = Table(
    "audit_block",  # that many entries with neighbouring numbers are indexed; a row is written behind all of its terms
    metadata,
    Column("block", Number, primary_key=True, autoincrement=False),
    Column("lowest_at", BigInteger, nullable=False),
    Column("highest_at", BigInteger, nullable=False),
)

audit_term = Table(
    "audit_term",  # in which places of a block the term occurs
    metadata,
    Column("block", Number, nullable=False, autoincrement=False),
    Column("term", LargeBinary, nullable=False),
    Column("places", LargeBinary, nullable=False),
    PrimaryKeyConstraint("block", "term"),  # by blocks: written in order, dropped by runs
    sqlite_with_rowid=False,
)

audit_run = Table(
    "audit_run",  # so many neighbouring blocks are joined; a row is written behind all of its terms
    metadata,
    Column("run", Number, primary_key=True, autoincrement=False),
)

audit_run_term = Table(
    "audit_run_term",  # what the blocks of a run say of a term, in one row
    metadata,
    Column("run", Number, nullable=False, autoincrement=False),
    Column("term", LargeBinary, nullable=False),
    Column("places", LargeBinary, nullable=False),
    PrimaryKeyConstraint("run", "term"),
    sqlite_with_rowid=False,
)
