"""Sessions at the gateway, the handles that browsers hold for them, and the revoked list."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

session = Table(
    "session",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("provider_sid", String(64), nullable=False, index=True),
    Column("roles", Text, nullable=False),  # JSON: [[municipality, role], …]
    Column("municipality", String(6)),
    Column("generation", Integer, nullable=False),
    Column("acr", String(64), nullable=False),
    Column("amr", Text, nullable=False),  # space separated
    Column("authenticated_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("facts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),  # with the provider's session at the latest
    Column("ended_at", BigInteger),
    Column("end_reason", String(32)),
    Column("address", String(45), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("work", Text),  # JSON of idp.directory.work.Work; none: nothing is known
    Column("device", String(22)),  # none: a program's, or of a version before
    Column("enrolled", String(22)),  # the enrolled device; none: no certificate of one was shown with it yet
    Index("ix_session_ended_at_last_seen_at", "ended_at", "last_seen_at"),
)

session_handle = Table(
    "session_handle",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of the cookie's value
    Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("host", Text, nullable=False),
)

revoked = Table(
    "revoked",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("until", BigInteger, nullable=False, index=True),
)
