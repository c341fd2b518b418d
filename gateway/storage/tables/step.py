"""Which versions the schema serves; see `gateway.storage.step`."""

from sqlalchemy import Column, Integer, String, Table

from gateway.storage.tables import metadata

schema_step = Table(
    "schema_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one
    Column("revision", String(32), nullable=False),  # of the schema that this is said of
    Column("oldest", String(32), nullable=False),  # newest revision of the oldest version that may work on it
)
