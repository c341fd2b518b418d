"""Nodes of a fleet: the authority, who has joined, which certificates are good, which codes are out,
and what was heard of each.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

fleet_authority = Table(
    "fleet_authority",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one
    Column("certificate", Text, nullable=False),  # PEM
    Column("sealed", LargeBinary, nullable=False),  # PKCS #8 PEM of its key
    Column("created_at", BigInteger, nullable=False),
)

fleet_node = Table(
    "fleet_node",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("left_at", BigInteger),
)

fleet_certificate = Table(
    "fleet_certificate",
    metadata,
    Column("serial", String(40), primary_key=True),  # hexadecimal; what is not here is no good
    Column("node", String(32), nullable=False, index=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

fleet_invitation = Table(
    "fleet_invitation",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("node", String(32), nullable=False),
    Column("role", String(10), nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

fleet_node_heard = Table(
    "fleet_node_heard",
    metadata,
    Column("node", String(32), primary_key=True),
    Column("heard_at", BigInteger, nullable=False),  # written every few seconds, and so without a trigger
    Column("release", Text, nullable=False),
    Column("lacks", Text, nullable=False),  # JSON: names of parts
)
