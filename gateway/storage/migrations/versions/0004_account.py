"""Where sessions came from, browsers a person has not yet spoken of, notices that wait for their receivers,
authenticators that are being added.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for name, kind in (("address", sa.String(length=64)), ("user_agent", sa.Text())):
        column: sa.Column[str] = sa.Column(name, kind, nullable=False, server_default="")
        op.add_column("provider_session", column)
    op.create_table(
        "new_device",
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("session", sa.String(length=22), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("browser", "subject", name=op.f("pk_new_device")),
    )
    op.create_index(op.f("ix_new_device_subject"), "new_device", ["subject"])
    op.create_index(op.f("ix_new_device_at"), "new_device", ["at"])
    op.create_table(
        "pending_authenticator",
        sa.Column("session", sa.String(length=22), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_pending_authenticator")),
    )
    op.create_index(op.f("ix_pending_authenticator_expires_at"), "pending_authenticator", ["expires_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_due_at"), "notice", ["due_at"])
