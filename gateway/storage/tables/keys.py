"""Private keys, sealed."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from gateway.storage.tables import metadata

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", String(40), primary_key=True),  # <purpose>-<serial>
    Column("purpose", String(20), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
