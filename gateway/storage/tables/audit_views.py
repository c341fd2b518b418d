"""Views of the log that officers saved, and what for an officer's session reads it."""

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Text

from gateway.storage.tables import metadata

audit_view = Table(
    "audit_view",
    metadata,
    Column("owner", Text, primary_key=True),  # subject
    Column("name", String(80), primary_key=True),
    Column("owner_name", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("within", Text, nullable=False),  # empty: the whole log
    Column("saved_at", BigInteger, nullable=False),
)

audit_purpose = Table(
    "audit_purpose",  # of reading the log in one session; a row goes with a later one of the same session
    metadata,
    Column("session", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
