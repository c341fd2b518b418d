"""Secrets of technical accounts, as hashes, and assertions of theirs that were used."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

technical_secret = Table(
    "technical_secret",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("account", String(48), nullable=False, index=True),
    Column("digest", LargeBinary(32), nullable=False),  # SHA-256 of 256 random bits
    Column("issued_at", BigInteger, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("ended_at", BigInteger),
)

technical_assertion = Table(
    "technical_assertion",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # SHA-256 of account and `jti`
    Column("expires_at", BigInteger, nullable=False, index=True),
)
