"""Every version of the policies, what is proposed to follow them, and what is closed for an incident."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from gateway.storage.tables import metadata

policy_text = Table(
    "policy_text",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the text
    Column("text", Text, nullable=False),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # the highest is in force
    Column("version", String(12), nullable=False),
    Column("digest", String(64), nullable=False),  # of all texts
    Column("files", Text, nullable=False),  # JSON: name → digest of its text
    Column("source", String(16), nullable=False),
    Column("scope", String(16), nullable=False),  # empty: files of any
    Column("base", Integer, nullable=False),  # what was in force before; 0: nothing
    Column("restores", Integer),  # of a roll back
    Column("proposal", String(22)),
    Column("author", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("submitted_at", BigInteger),
    Column("approved_at", BigInteger),
    Column("activated_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("node", String(32), nullable=False),
    Column("signature", String(88), nullable=False),  # Ed25519, base64
)

policy_proposal = Table(
    "policy_proposal",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("scope", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("files", Text, nullable=False),  # JSON: name → digest of its text; of the scope alone
    Column("base", Integer, nullable=False),  # number of the version it was begun from
    Column("base_digest", String(64), nullable=False),  # of the scope's texts there
    Column("revision", Integer, nullable=False),  # one more with each change
    Column("owner", Text, nullable=False),
    Column("owner_name", Text, nullable=False),
    Column("authors", Text, nullable=False),  # JSON: subjects of all who had a hand in the texts
    Column("note", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("submitted_at", BigInteger),
    Column("approver", Text, nullable=False, server_default=text("''")),
    Column("approver_name", Text, nullable=False, server_default=text("''")),
    Column("approved_at", BigInteger),
    Column("approved_digest", String(64), nullable=False, server_default=text("''")),
    Column("activate_at", BigInteger),
    Column("version", Integer),  # number of the version it became
    Index(None, "scope", "created_at"),
    Index(None, "state", "activate_at"),
)

policy_proposal_step = Table(
    "policy_proposal_step",
    metadata,
    Column("proposal", String(22), primary_key=True),
    Column(
        "revision", Integer, primary_key=True, autoincrement=False
    ),  # of the proposal, as the step left it
    Column("step", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
)

policy_incident = Table(
    "policy_incident",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("target", String(64), nullable=False),
    Column("reason_cs", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("closed_by_name", Text, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("opened_by", Text, nullable=False, server_default=text("''")),
    Column("opened_by_name", Text, nullable=False, server_default=text("''")),
    Column("opened_at", BigInteger),
    Column("why", Text, nullable=False, server_default=text("''")),
    Index(None, "opened_at"),
)
