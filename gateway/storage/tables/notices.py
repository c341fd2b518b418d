"""What people and receivers are still to be told."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from gateway.storage.tables import metadata

notice = Table(
    "notice",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("channel", String(10), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("person", Text, nullable=False),  # login
    Column("language", String(2), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),  # JSON: name → text
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False, index=True),
)
