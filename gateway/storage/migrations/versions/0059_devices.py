"""Devices with agents, the codes that enrol them, what they told otherwise, and the authority that certifies them."""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("municipality", sa.String(6), nullable=False),
        sa.Column("owner", sa.String(80), nullable=True),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("key_kind", sa.String(16), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_by", sa.Text(), nullable=False),
        sa.Column("enrolled_by_subject", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("leaf_serial", sa.String(40), nullable=True),
        sa.Column("leaf_thumbprint", sa.String(64), nullable=True),
        sa.Column("leaf_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("former_serial", sa.String(40), nullable=True),
        sa.Column("former_thumbprint", sa.String(64), nullable=True),
        sa.Column("former_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("tunnel_key", sa.String(44), nullable=True),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("key", name=op.f("uq_device_key")),
        sa.UniqueConstraint("leaf_thumbprint", name=op.f("uq_device_leaf_thumbprint")),
        sa.UniqueConstraint("version", name=op.f("uq_device_version")),
    )
    for column in ("municipality", "owner", "former_thumbprint", "tunnel_key", "reported_at"):
        op.create_index(op.f(f"ix_device_{column}"), "device", [column])
    op.create_table(
        "device_code",
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("municipality", sa.String(6), nullable=False),
        sa.Column("owner", sa.String(80), nullable=True),
        sa.Column("managed", sa.Boolean(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_by_subject", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("device", sa.String(22), nullable=True),
        sa.Column("challenge_nonce", sa.Text(), nullable=True),
        sa.Column("challenge_key", sa.LargeBinary(), nullable=True),
        sa.Column("challenge_ends_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_device_code")),
    )
    op.create_index(op.f("ix_device_code_expires_at"), "device_code", ["expires_at"])
    op.create_table(
        "device_report",
        sa.Column("device", sa.String(22), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "number", name=op.f("pk_device_report")),
    )
    op.create_table(
        "device_authority",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("certificate", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_authority")),
    )
