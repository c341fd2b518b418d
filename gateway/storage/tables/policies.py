"""Policies that the control planes of a fleet share, and which of them each decides by."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, text

from gateway.storage.tables import metadata

fleet_policies = Table(
    "fleet_policies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: those in force
    Column("digest", String(64), nullable=False),  # of the texts
    Column("version", String(12), nullable=False),
    Column("texts", Text, nullable=False),  # JSON: name → text
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("node", String(32), nullable=False),
)

fleet_node_policies = Table(
    "fleet_node_policies",
    metadata,
    Column("node", String(32), primary_key=True),
    Column("version", String(12), nullable=False),  # by which it decides
    Column("taken_at", BigInteger, nullable=False),
    Column(
        "files", String(64), nullable=False, server_default=text("''")
    ),  # of its own, when they were those in force
)
