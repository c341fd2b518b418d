"""Devices with agents, codes that enrol them, what they told otherwise, and the authority that certifies them."""

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

device = Table(
    "device",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("name", Text, nullable=False),
    Column("municipality", String(6), nullable=False, index=True),
    Column("owner", String(80), index=True),
    Column("asset", Text),
    Column("managed", Boolean, nullable=False),
    Column("key", LargeBinary, nullable=False, unique=True),  # SubjectPublicKeyInfo
    Column("key_kind", String(16), nullable=False),
    Column("agent", Text, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("enrolled_by", Text, nullable=False),
    Column("enrolled_by_subject", Text, nullable=False),
    Column("approved_at", BigInteger),
    Column("approved_by", Text),
    Column("approved_by_subject", Text),
    Column("gone_at", BigInteger, index=True),
    Column("leaf_serial", String(40)),  # hexadecimal
    Column("leaf_thumbprint", String(64), unique=True),
    Column("leaf_ends_at", BigInteger),
    Column("former_serial", String(40)),
    Column("former_thumbprint", String(64), index=True),
    Column("former_ends_at", BigInteger),
    Column("tunnel_key", String(44), index=True),
    Column("nonce", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("reported_at", BigInteger, index=True),
    Column("facts", Text, nullable=False),  # JSON, as `agents.protocol.facts` writes it
    Column("generation", Integer, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False, unique=True),  # of all changes of devices, the newest here
)

device_code = Table(
    "device_code",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("municipality", String(6), nullable=False),
    Column("owner", String(80)),
    Column("managed", Boolean, nullable=False),
    Column("asset", Text),
    Column("name", Text),
    Column("issued_by", Text, nullable=False),
    Column("issued_by_subject", Text, nullable=False),
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
    Column("device", String(22)),
    Column("challenge_nonce", Text),
    Column("challenge_key", LargeBinary),
    Column("challenge_ends_at", BigInteger),
)

device_report = Table(
    "device_report",
    metadata,
    Column("device", String(22), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # the device's version
    Column("at", BigInteger, nullable=False),
    Column("differences", Text, nullable=False),  # JSON: [[of, before, after], …]
)

device_authority = Table(
    "device_authority",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the highest issues
    Column("certificate", Text, nullable=False),  # PEM
    Column("sealed", LargeBinary, nullable=False),  # PKCS #8 PEM of its key
    Column("created_at", BigInteger, nullable=False),
)
