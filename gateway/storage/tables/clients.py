"""Relying parties that administrators keep by pages, and their secrets as digests."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

oidc_client = Table(
    "oidc_client",
    metadata,
    Column("id", String(48), primary_key=True),
    Column("described", Text, nullable=False),  # JSON, `gateway.clients.own.Described`
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("suspended_at", BigInteger),
)

oidc_client_secret = Table(
    "oidc_client_secret",
    metadata,
    Column("client", String(48), primary_key=True),
    Column("id", String(8), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),  # SHA-256 of 256 random bits
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ends_at", BigInteger),
    Column("used_at", BigInteger),
)
