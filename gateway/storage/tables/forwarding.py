"""How far the receivers of the log have got."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

audit_receiver = Table(
    "audit_receiver",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("following", BigInteger, nullable=False),  # the first entry that it has not taken
    Column("taken_at", BigInteger, nullable=True),  # when that was last known
    Column("failing_since", BigInteger, nullable=True),
    Column("told", Boolean, nullable=False, server_default="0"),  # that it is down
    Column("reason", String(64), nullable=False, server_default=""),
    Column("cause", Text, nullable=False, server_default=""),
    Column("mark", LargeBinary, nullable=True),  # that we moved it there: `gateway.storage.place_marks`
)
