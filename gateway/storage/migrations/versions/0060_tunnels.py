"""Tunnels that people open, the addresses of devices in them, and which connections are open."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"


def upgrade() -> None:
    op.create_table(
        "tunnel",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("device", sa.String(22), nullable=False),
        sa.Column("key", sa.String(44), nullable=False),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("session", sa.String(22), nullable=False),
        sa.Column("municipality", sa.String(6), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_why", sa.String(40), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tunnel"),
    )
    op.create_index("ix_tunnel_closed_at", "tunnel", ["closed_at"])
    stands = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_tunnel_open", "tunnel", ["device"], unique=True, sqlite_where=stands, postgresql_where=stands
    )
    op.create_table(
        "tunnel_address",
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("device", sa.String(22), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("address", "device", name="pk_tunnel_address"),
    )
    op.create_table(
        "tunnel_connection",
        sa.Column("flow", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(45), nullable=False),
        sa.Column("port", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", sa.String(45), nullable=False),
        sa.Column("transport", sa.String(3), nullable=False),
        sa.Column("target_port", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tunnel", sa.String(22), nullable=False),
        sa.Column("target", sa.String(48), nullable=False),
        sa.PrimaryKeyConstraint(
            *("flow", "device", "port", "host", "transport", "target_port"), name="pk_tunnel_connection"
        ),
    )
