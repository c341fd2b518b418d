"""Fewer indexes of the audit log: people, places and applications are found by the index beside it.

Of a server's log each closed month is a table, with indexes that the server has named.
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"

COLUMNS = ("subject", "person", "municipality", "application", "address")
OF_MONTHS = """
    SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE h.inhparent = 'audit_entry'::regclass AND a.attname = ANY(:columns)
"""


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"DROP INDEX IF EXISTS ix_audit_entry_{column}_at")
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for name in connection.execute(sa.text(OF_MONTHS), {"columns": list(COLUMNS)}).scalars().all():
            connection.exec_driver_sql(f"DROP INDEX {name}")
