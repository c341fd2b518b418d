"""Private keys, sealed."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from gateway.storage.tables import metadata

signing_key = Table(
    "signing_key",
    metadata,
    Column("id", String(43), primary_key=True),  # JWK thumbprint (RFC 7638), or `ed25519:` names of note keys
    Column("purpose", String(20), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("retired_at", BigInteger),  # signs nothing any more, still verifies
)
