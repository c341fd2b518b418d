"""Sign-ins, guesses, provider sessions, codes, tokens; credentials as SHA-256 only."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text, false

from gateway.storage.tables import metadata

sign_in_flow = Table(
    "sign_in_flow",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("browser", LargeBinary, nullable=False),
    Column("subject", String(80), index=True),  # NULL while nobody is known
    Column("sealed_state", LargeBinary, nullable=False),  # may hold a one-time-code secret not yet confirmed
    Column("asked", Text, nullable=False),
    Column("address", String(64), nullable=False, index=True),
    Column("locale", String(2), nullable=False),
    Column("began_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("network", String(64)),  # NULL in a known browser
    Column("known_to", String(80)),  # whose browser it is; NULL in a stranger's
    Index("ix_sign_in_flow_network", "network", "subject", "address", "expires_at", "began_at"),
    Index("ix_sign_in_flow_known_to", "known_to", "expires_at"),
)

sign_in_guesses = Table(
    "sign_in_guesses",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("times", Text, nullable=False),  # JSON list of microseconds
    Column("forget_at", BigInteger, nullable=False, index=True),
)

known_login = Table(
    "known_login",
    metadata,
    Column("login", String(800), primary_key=True),
    Column("subject", String(80), nullable=False),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

known_browser = Table(
    "known_browser",
    metadata,
    Column("browser", LargeBinary, primary_key=True),
    Column("subject", String(80), primary_key=True, index=True),
    Column("seen_at", BigInteger, nullable=False, index=True),
)

new_device = Table(
    "new_device",
    metadata,
    Column("browser", LargeBinary, primary_key=True),
    Column("subject", String(80), primary_key=True, index=True),
    Column("session", String(22), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("address", String(64), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("first", Boolean, nullable=False, server_default=false()),
)

provider_session = Table(
    "provider_session",
    metadata,
    Column("sid", String(22), primary_key=True),
    Column("handle", LargeBinary, nullable=False, unique=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("person", Text, nullable=False),  # JSON of idp.directory.person.Person
    Column("facts_at", BigInteger, nullable=False),
    Column("locale", String(2), nullable=False),
    Column("level", String(60), nullable=False),
    Column("methods", Text, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen", BigInteger, nullable=False, index=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("ended_at", BigInteger, index=True),
    Column("end_reason", String(30)),
    Column("address", String(64), nullable=False, server_default=""),
    Column("user_agent", Text, nullable=False, server_default=""),
    Column("proof_counts_from", BigInteger),  # of the authenticator that was shown, where it is new
    Column("password_changed_at", BigInteger),  # where the sign-in that opened it chose a new one
    Column("recovery_code_used_at", BigInteger),  # where the sign-in that opened it spent one
    Column("device", String(22)),  # of the browser; NULL of a version before
    Column("via", Text),  # JSON of idp.login.upstream.Via; NULL where no other provider was asked
)

upstream_link = Table(
    "upstream_link",
    metadata,
    Column("identity", LargeBinary, primary_key=True),  # SHA-256 of issuer and its subject, each may be long
    Column("issuer", Text, nullable=False),
    Column("upstream_subject", Text, nullable=False),
    Column("provider", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("linked_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
)

upstream_logout_token = Table(
    "upstream_logout_token",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("forget_at", BigInteger, nullable=False, index=True),
)

password_change = Table(
    "password_change",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("subject", String(80), nullable=False),
    Column("login", Text, nullable=False),
    Column("began_at", BigInteger, nullable=False, index=True),
)

authorization_code = Table(
    "authorization_code",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("session", String(22), nullable=False),
    Column("client", String(200), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", String(43), nullable=False),
    Column("nonce", Text),
    Column("scopes", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
    Column("refresh", Boolean, nullable=False, server_default=false()),
    Column("jkt", String(43)),  # thumbprint of the key that it is bound to; NULL: none
    Column("claims", Text),  # JSON, gateway.storage.tokens_rows; NULL where nothing more is asked for
)

access_token = Table(
    "access_token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("code", LargeBinary, nullable=False, index=True),
    Column("session", String(22), nullable=False),
    Column("client", String(200), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("jkt", String(43)),  # thumbprint of the key that it is bound to; NULL: none
    Column("x5t", String(43)),  # the same of its certificate
    Column("claims", Text),
)

pushed_request = Table(
    "pushed_request",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    Column("client", String(200), nullable=False),
    Column("asked", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("used_at", BigInteger),
)

device_grant = Table(
    "device_grant",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("user_code", LargeBinary, nullable=False, unique=True),
    Column("client", String(200), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("refresh", Boolean, nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("wait", BigInteger, nullable=False),  # microseconds between two questions of the program
    Column("polled_at", BigInteger),
    Column("subject", String(80)),  # who typed the code; NULL: nobody
    Column("answered_at", BigInteger),
    Column("session", String(22)),  # NULL where the answer was no
    Column("used_at", BigInteger),
)

signed_in_client = Table(
    "signed_in_client",
    metadata,
    Column("session", String(22), primary_key=True),  # of the provider
    Column("client", String(200), primary_key=True),
    Column("subject", String(80), nullable=False),
    Column("person", Text, nullable=False),  # login
    Column("due_at", BigInteger, index=True),  # when the client is told that it is over; NULL while it lasts
    Column("ended_at", BigInteger),
    Column("attempts", Integer, nullable=False),
)

consent = Table(
    "consent",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("client", String(200), primary_key=True),
    Column("scopes", Text, nullable=False),  # space separated
    Column("given_at", BigInteger, nullable=False),
)

refresh_family = Table(
    "refresh_family",
    metadata,
    Column("name", LargeBinary, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("code", LargeBinary, nullable=False, index=True),
    Column("session", String(22), nullable=False),
    Column("client", String(200), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("ends_at", BigInteger, nullable=False),
    Column("withdrawn_at", BigInteger),
    Column("jkt", String(43)),  # thumbprint of the key that it is bound to; NULL: none
    Column("x5t", String(43)),  # the same of its certificate
    Column("claims", Text),
)
