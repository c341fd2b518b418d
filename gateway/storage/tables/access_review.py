"""Campaigns of access review, what is in them, and the roles that they took away."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from gateway.storage.tables import metadata

access_review = Table(
    "access_review",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("municipality", String(6), nullable=False, index=True),
    Column("scope", String(16), nullable=False),
    Column("application", String(64), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("begun_by_subject", Text, nullable=False),
    Column("begun_entry", BigInteger, nullable=False),  # numbers of entries in the audit log
    Column("deadline", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_by", Text),
    Column("closed_by_subject", Text),
    Column("closed_entry", BigInteger),
    Column("report", Text, nullable=False),  # JSON, as it was closed
    Column("digest", String(64), nullable=False),  # SHA-256 of it
)

access_review_item = Table(
    "access_review_item",
    metadata,
    Column("review", String(16), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("opens", Text, nullable=False),  # JSON: [[application, [action, …]], …]
    Column("last_use", BigInteger),
    Column("added_at", BigInteger, nullable=False),
    Column("gone_at", BigInteger),
    Column("choice", String(16)),
    Column("comment", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_subject", Text),
    Column("decided_at", BigInteger),
    Column("entry", BigInteger),
    Column("until", BigInteger),  # of what ends by itself
    Column("lent", String(48)),  # the role that a delegation is about
)

access_block = Table(
    "access_block",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("municipality", String(6), nullable=False),
    Column("role", String(48), nullable=False),
    Column("review", String(16), nullable=False, index=True),
    Column("item", Integer, nullable=False),
    Column("removed_by", Text, nullable=False),
    Column("removed_by_subject", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("gone_since", BigInteger),  # the directory has no such role since
    Column("ended_at", BigInteger),
    Column("ended_by", Text),
    Column("ended_by_subject", Text),
)

Index("ix_access_block_ended_at", access_block.c.ended_at)
