"""Security incidents with what was written down of them, and people who are suspended."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from gateway.storage.tables import metadata

suspension = Table(
    "suspension",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("subject", String(80), nullable=False, index=True),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("done_by_subject", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),  # none: until it is lifted
    Column("incident", Integer, index=True),
    Column("lifted_at", BigInteger, index=True),
    Column("lifted_by", Text),
    Column("lifted_by_subject", Text),
    Column("lifted_why", Text, nullable=False),
)

security_incident = Table(
    "security_incident",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("title", Text, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("noticed_at", BigInteger, nullable=False),
    Column("began_at", BigInteger),
    Column("municipalities", Text, nullable=False),  # codes, space separated
    Column("applications", Text, nullable=False),  # ids, space separated
    Column("description", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_by_subject", Text, nullable=False),
    Column("closed_at", BigInteger, index=True),
    Column("closed_by", Text),
    Column("closed_by_subject", Text),
    Column("conclusion", Text, nullable=False),
)

security_incident_item = Table(
    "security_incident_item",
    metadata,
    Column("incident", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("done_by", Text, nullable=False),
    Column("done_by_subject", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON, one of `gateway.incidents.items`
    Column("entry", BigInteger, nullable=False),  # of the audit log, which has the body's digest
)
