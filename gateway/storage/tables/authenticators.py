"""Authenticators, recovery codes, officers' enrolment codes, the register of exceptions."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

authenticator = Table(
    "authenticator",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("proven_by", String(30), nullable=False),
    Column("last_used_at", BigInteger),
    Column("level_at_first", String(60)),  # until `counts_from`; NULL: it counted in full at once
    Column("counts_from", BigInteger),
)

one_time_code = Table(
    "one_time_code",
    metadata,
    Column("authenticator", ForeignKey("authenticator.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),  # last accepted time step, RFC 6238 §5.2
    Column("drift", Integer, nullable=False),  # steps its clock was off then, RFC 6238 §6
)

webauthn_credential = Table(
    "webauthn_credential",
    metadata,
    Column("authenticator", ForeignKey("authenticator.id", ondelete="CASCADE"), primary_key=True),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),  # COSE_Key
    Column("sign_count", BigInteger, nullable=False),
    Column("aaguid", String(36), nullable=False),
    Column("transports", Text, nullable=False),  # space separated
    Column("user_verified", Boolean, nullable=False),
    Column("discoverable", Boolean, nullable=False),
    Column("backup_eligible", Boolean, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("attestation_format", String(32), nullable=False),
    Column("attestation_statement", LargeBinary, nullable=False),
)

pending_authenticator = Table(
    "pending_authenticator",
    metadata,
    Column("session", String(22), primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("challenge", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # keyed: gateway.storage.seal.Seal.fingerprint
    Column("subject", String(80), nullable=False, index=True),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("level_at_first", String(60)),  # as of authenticator
    Column("counts_from", BigInteger),
)

enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),  # keyed, as above
    Column("subject", String(80), nullable=False, index=True),
    Column("issued_by", Text, nullable=False),
    Column("issued_by_subject", Text),  # not kept of those of earlier versions, as below
    Column("issued_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
)

sign_in_exception = Table(
    "sign_in_exception",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("login", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", Text, nullable=False),
    Column("granted_by_subject", Text),
    Column("begins_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", Text, nullable=False),
    Column("ended_by_subject", Text),
)
