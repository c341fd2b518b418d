"""What witnesses on other machines say of the log: their cosignatures, and how each stands."""

from sqlalchemy import BigInteger, Boolean, Column, String, Table, Text, false, text

from gateway.storage.tables import metadata
from gateway.storage.tables.audit import Number

audit_cosignature = Table(
    "audit_cosignature",
    metadata,
    Column("witness", String(255), primary_key=True),  # name of its key
    Column("origin", String(255), primary_key=True),  # of the checkpoint
    Column("size", Number, primary_key=True, autoincrement=False),  # of its tree
    Column("first", BigInteger, nullable=False, server_default=text("0")),  # number of the tree's first entry
    Column("at", BigInteger, nullable=False),  # seconds, as the witness says
    Column("line", Text, nullable=False),
)

audit_witness = Table(
    "audit_witness",
    metadata,
    Column("witness", String(255), primary_key=True),
    Column("standing", String(16), nullable=False),
    Column("since", BigInteger, nullable=False),  # it has stood so
    Column("told", Boolean, nullable=False, server_default=false()),  # an entry says so
    Column("reason", String(64), nullable=False, server_default=""),
    Column("size", BigInteger),  # that the witness knows, where it refused
)
