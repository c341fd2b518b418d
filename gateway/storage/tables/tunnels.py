"""Tunnels that people opened, the addresses of devices in them, and which connections are open."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from gateway.storage.tables import metadata

tunnel = Table(
    "tunnel",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("device", String(22), nullable=False),
    Column("key", String(44), nullable=False),
    Column("addresses", Text, nullable=False),  # with spaces between
    Column("subject", String(80), nullable=False),
    Column("login", Text, nullable=False),
    Column("session", String(22), nullable=False),
    Column("municipality", String(6)),
    Column("address", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("closed_at", BigInteger, index=True),
    Column("closed_why", String(40)),
    Column("device_address", Text),
)
Index(  # one device has one
    "uq_tunnel_open",
    tunnel.c.device,
    unique=True,
    sqlite_where=text("closed_at IS NULL"),
)

tunnel_address = Table(
    "tunnel_address",
    metadata,
    Column("address", String(45), primary_key=True),
    Column("device", String(22), primary_key=True),
    Column("released", BigInteger),
)

tunnel_connection = Table(
    "tunnel_connection",
    metadata,
    Column("flow", BigInteger, primary_key=True, autoincrement=False),
    Column("device", String(45), primary_key=True),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("host", String(45), primary_key=True),
    Column("transport", String(3), primary_key=True),
    Column("target_port", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("tunnel", String(22), nullable=False),
    Column("target", String(48), nullable=False),
)
