"""Alerts that stand, how far the log was looked at for them, and which countries people came from."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from gateway.storage.tables import metadata

alert_place = Table(
    "alert_place",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one place
    Column("following", BigInteger, nullable=False),  # the first entry that was not looked at
    Column("mark", LargeBinary, nullable=True),  # that we moved it there: `gateway.storage.place_marks`
    Column("unproven", Text, nullable=True),  # passed before it, and not proven: `gateway.alerts.unproven`
)

alert_standing = Table(
    "alert_standing",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("rule", String(40), nullable=False),
    Column("of", Text, nullable=False),  # the person, address, … for whom was counted
    Column("raised_at", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("threshold", BigInteger, nullable=False),
    Column("entries", Text, nullable=False),  # JSON: numbers of the first ones
    Column("calm_since", BigInteger, nullable=True),
    Column("acknowledged_by", Text, nullable=False, server_default=""),  # login
)

alert_seen = Table(
    "alert_seen",
    metadata,
    Column("rule", String(40), primary_key=True),
    Column("of", Text, primary_key=True),
    Column("value", String(40), primary_key=True),
    Column("at", BigInteger, nullable=False),
)
