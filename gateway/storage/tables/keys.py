"""Private keys, sealed."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, text

from gateway.storage.tables import metadata

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", String(40), primary_key=True),  # <purpose>-<serial>
    Column("purpose", String(20), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("signs_from", BigInteger, nullable=False, server_default=text("0")),
    Column("ends_at", BigInteger),  # when nothing it signed is believed any more; none: nobody follows it yet
)
