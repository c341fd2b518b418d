"""What somebody has hung on the tables: the product makes no trigger but those that tell the nodes, no rule, no view.

Such a thing can swallow or change an entry in the very transaction of the act, which then goes through.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.storage.audit_shards import is_server
from gateway.storage.schema import all_tables
from gateway.storage.telling import BODY

BEFORE_OR_EACH_ROW = 1 | 2 | 64
"""Bits of pg_trigger.tgtype, with INSTEAD OF: there our own body, which returns NULL, would swallow rows."""
_OF_FILE = "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1"
_OF_SERVER = """
WITH ours AS (
  SELECT oid, relname, relrowsecurity FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace
    AND (relname = ANY(%(tables)s) OR relname LIKE 'audit\\_%%')
)
SELECT 'trigger ' || t.tgname || ' on ' || c.relname
  FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND NOT (
    t.tgname = 'brana_tell' AND p.proname = 'brana_tell' AND p.prosrc = %(body)s
    AND t.tgtype & %(before_or_each_row)s = 0 AND t.tgqual IS NULL
  )
UNION SELECT 'rule ' || r.rulename || ' on ' || c.relname FROM pg_rewrite r JOIN ours c ON c.oid = r.ev_class
UNION SELECT 'row security of ' || relname FROM ours WHERE relrowsecurity
ORDER BY 1
"""


def alien_objects(connection: Connection) -> Sequence[str]:
    """Kind and name of each; a view in the place of a table is told by its rule."""
    if is_server(connection):
        by = {
            "body": BODY,
            "tables": list(all_tables().tables),
            "before_or_each_row": BEFORE_OR_EACH_ROW,
        }
        found = connection.exec_driver_sql(_OF_SERVER, by)
    else:
        found = connection.exec_driver_sql(_OF_FILE)
    return [str(one) for one in found.scalars()]
