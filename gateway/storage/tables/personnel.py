"""What personnel systems have pushed of people."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text, UniqueConstraint

from gateway.storage.tables import metadata

personnel_record = Table(
    "personnel_record",
    metadata,
    Column("id", String(22), primary_key=True),
    Column("account", String(48), nullable=False),
    Column("user_name", Text, nullable=False),  # without letters' case
    Column("record", Text, nullable=False),  # JSON: attributes by name
    Column("subjects", Text, nullable=False),  # JSON: accounts of the directory whose record it is
    Column("unlinked", String(48), nullable=False),  # why it is nobody's; empty where it is somebody's
    Column(
        "gives_to", String(80), index=True
    ),  # the account that gets the roles it says; NULL where none does
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("account", "user_name"),
)
