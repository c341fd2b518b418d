"""first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:  # noqa: PLR0915 - all tables of the first version
    op.create_table(
        "access_token",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.String(length=22), nullable=False),
        sa.Column("client", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_access_token")),
    )
    with op.batch_alter_table("access_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_token_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_token_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "audit_checkpoint",
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_checkpoint")),
    )
    op.create_table(
        "audit_entry",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("municipality", sa.Text(), nullable=False),
        sa.Column("own_municipality", sa.Text(), nullable=False),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_entry_address_at",
            ["address", "at"],
            unique=False,
            sqlite_where=sa.text("address != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_application_at",
            ["application", "at"],
            unique=False,
            sqlite_where=sa.text("application != ''"),
        )
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_code_at", ["code", "at"], unique=False)
        batch_op.create_index(
            "ix_audit_entry_municipality_at",
            ["municipality", "at"],
            unique=False,
            sqlite_where=sa.text("municipality != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_outcome_at",
            ["outcome", "at"],
            unique=False,
            sqlite_where=sa.text("outcome != 'success'"),
        )
        batch_op.create_index(
            "ix_audit_entry_person_at",
            ["person", "at"],
            unique=False,
            sqlite_where=sa.text("person != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_reason_at",
            ["reason", "at"],
            unique=False,
            sqlite_where=sa.text("reason != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_request_id_at",
            ["request_id", "at"],
            unique=False,
            sqlite_where=sa.text("request_id != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_session_at",
            ["session", "at"],
            unique=False,
            sqlite_where=sa.text("session != ''"),
        )
        batch_op.create_index(
            "ix_audit_entry_subject_at",
            ["subject", "at"],
            unique=False,
            sqlite_where=sa.text("subject != ''"),
        )

    op.create_table(
        "audit_person",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "person", "folded", name=op.f("pk_audit_person")),
    )
    op.create_table(
        "audit_spool",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("renaming_to", sa.String(length=255), server_default="", nullable=False),
        sa.Column("finished", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_spool")),
    )
    op.create_table(
        "audit_tail",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("wall", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_tail")),
    )
    op.create_table(
        "authorization_code",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.String(length=22), nullable=False),
        sa.Column("client", sa.String(length=200), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=False),
        sa.Column("challenge", sa.String(length=43), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_authorization_code")),
    )
    with op.batch_alter_table("authorization_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorization_code_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "factor",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_factor")),
    )
    op.create_table(
        "known_browser",
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("browser", "subject", name=op.f("pk_known_browser")),
    )
    with op.batch_alter_table("known_browser", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_browser_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "known_login",
        sa.Column("login", sa.String(length=800), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_known_login")),
    )
    with op.batch_alter_table("known_login", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_known_login_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "provider_session",
        sa.Column("sid", sa.String(length=22), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("facts_at", sa.BigInteger(), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("level", sa.String(length=60), nullable=False),
        sa.Column("methods", sa.Text(), nullable=False),
        sa.Column("auth_time", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=30), nullable=True),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_provider_session")),
        sa.UniqueConstraint("handle", name=op.f("uq_provider_session_handle")),
    )
    with op.batch_alter_table("provider_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_session_ended_at"), ["ended_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_provider_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_provider_session_last_seen"), ["last_seen"], unique=False)
        batch_op.create_index(batch_op.f("ix_provider_session_subject"), ["subject"], unique=False)

    op.create_table(
        "revoked",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revoked")),
    )
    with op.batch_alter_table("revoked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_revoked_until"), ["until"], unique=False)

    op.create_table(
        "session",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider_sid", sa.String(length=64), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=True),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("acr", sa.String(length=64), nullable=False),
        sa.Column("amr", sa.Text(), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("facts_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=32), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("ix_session_ended_at_last_seen_at", ["ended_at", "last_seen_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_provider_sid"), ["provider_sid"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_subject"), ["subject"], unique=False)

    op.create_table(
        "sign_in_flow",
        sa.Column("id", sa.String(length=22), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_state", sa.LargeBinary(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_flow")),
    )
    with op.batch_alter_table("sign_in_flow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_flow_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_flow_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "sign_in_guesses",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_guesses")),
    )
    with op.batch_alter_table("sign_in_guesses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_guesses_forget_at"), ["forget_at"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
    )
    with op.batch_alter_table("signing_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_key_purpose"), ["purpose"], unique=False)

    op.create_table(
        "session_handle",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("session_id", sa.String(length=22), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_session_handle_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_session_handle")),
    )
    with op.batch_alter_table("session_handle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_handle_session_id"), ["session_id"], unique=False)
