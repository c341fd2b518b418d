"""What people asked for beyond their roles, and what became of it."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from gateway.storage.tables import metadata

ask = Table(
    "ask",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("municipality", String(6), nullable=False),
    Column("application", Text),
    Column("actions", Text, nullable=False),  # space separated
    Column("asker", String(80), nullable=False, index=True),
    Column("asker_login", Text, nullable=False),
    Column("asker_name", Text, nullable=False),
    Column("holder", String(80), nullable=False, index=True),
    Column("holder_login", Text, nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("sponsor", String(80), index=True),
    Column("sponsor_login", Text),
    Column("sponsor_name", Text),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("approvals", Text, nullable=False),  # JSON: [{subject, login, name, at, note}, …]
    Column("role", String(32)),
    Column("agenda", Text, nullable=False),
    Column("activity_role", Text, nullable=False),
    Column("session", String(22)),
    Column("ended", Text),  # JSON: {subject, login, name, at, note}
    Column("review_by", BigInteger, index=True),
    Column("reviewed", Text),  # the same
    Index("ix_ask_stage_ends_at", "stage", "ends_at"),
    Index("ix_ask_municipality_asked_at", "municipality", "asked_at"),
)
