"""Authenticators of several kinds, recovery codes, enrolment codes, exceptions.

Each one-time-code secret of `factor` becomes its person's first authenticator, named by the person's subject: the
secret is sealed to `factor:<that name>`, and no key is at hand here to seal it anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

FIRST_NAME = "Telefon"  # what people will find it called


def upgrade() -> None:
    _authenticators()
    _codes_and_exceptions()
    move = sa.text(
        "INSERT INTO authenticator (id, subject, name, enrolled_at, proven_by, last_used_at)"
        " SELECT subject, subject, :name, enrolled_at, 'password_only', NULL FROM factor"
    )
    op.execute(move.bindparams(name=FIRST_NAME))
    op.execute(
        "INSERT INTO one_time_code (authenticator, sealed_secret, counter, drift)"
        " SELECT subject, sealed_secret, counter, 0 FROM factor"
    )
    op.drop_table("factor")
    op.execute(
        "DELETE FROM sign_in_flow"
    )  # unfinished ones: their states have another form, people begin again


def _authenticators() -> None:
    op.create_table(
        "authenticator",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.Column("proven_by", sa.String(length=30), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authenticator")),
    )
    op.create_index(op.f("ix_authenticator_subject"), "authenticator", ["subject"])
    op.create_table(
        "one_time_code",
        sa.Column("authenticator", sa.String(length=36), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("drift", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authenticator"],
            ["authenticator.id"],
            name=op.f("fk_one_time_code_authenticator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("authenticator", name=op.f("pk_one_time_code")),
    )
    op.create_table(
        "webauthn_credential",
        sa.Column("authenticator", sa.String(length=36), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("aaguid", sa.String(length=36), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("user_verified", sa.Boolean(), nullable=False),
        sa.Column("discoverable", sa.Boolean(), nullable=False),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("attestation_format", sa.String(length=32), nullable=False),
        sa.Column("attestation_statement", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authenticator"],
            ["authenticator.id"],
            name=op.f("fk_webauthn_credential_authenticator"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("authenticator", name=op.f("pk_webauthn_credential")),
        sa.UniqueConstraint("credential", name=op.f("uq_webauthn_credential_credential")),
    )


def _codes_and_exceptions() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_subject"), "recovery_code", ["subject"])
    op.create_table(
        "enrolment_code",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("issued_by", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_enrolment_code")),
    )
    op.create_index(op.f("ix_enrolment_code_subject"), "enrolment_code", ["subject"])
    op.create_index(op.f("ix_enrolment_code_expires_at"), "enrolment_code", ["expires_at"])
    op.create_table(
        "sign_in_exception",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_exception")),
    )
    op.create_index(op.f("ix_sign_in_exception_subject"), "sign_in_exception", ["subject"])
