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
