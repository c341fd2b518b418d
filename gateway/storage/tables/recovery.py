"""The recovery administrator's accounts: the newest that has not ended is good, once."""

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

recovery_account = Table(
    "recovery_account",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("secret_hash", Text, nullable=False),  # Argon2id
    Column("sealed_code_secret", LargeBinary),
    Column("code_counter", BigInteger),
    Column("municipality", String(6), nullable=False),
    Column("issued_at", BigInteger, nullable=False, index=True),
    Column("issued_by", Text, nullable=False),
    Column("ended_at", BigInteger),
    Column("ending", String(20)),
    Column("fingerprint", LargeBinary(32)),  # keyed; NULL for secrets of an earlier version
)
