"""What tells of changes of the log's key: signed notes, in the order in which they were made."""

from sqlalchemy import Column, Integer, Table, Text

from gateway.storage.tables import metadata

audit_key = Table(
    "audit_key",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),  # `gateway.audit.log_keys`; it says all there is to say
)
