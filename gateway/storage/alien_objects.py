"""What somebody has hung on the tables: the product makes no trigger but those that tell the nodes, no rule, no view.

Such a thing can swallow or change an entry in the very transaction of the act, which then goes through.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from gateway.storage.audit_shards import is_server
from gateway.storage.schema import all_tables
from gateway.storage.telling import BODY, TOLD

BEFORE_OR_EACH_ROW = 1 | 2 | 64
"""Bits of pg_trigger.tgtype, with INSTEAD OF: there our own body, which returns NULL, would swallow rows."""
_OF_FILE = "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY 1"
_PATH = "SELECT unnest(pg_catalog.current_schemas(true))::text"
_OF_SERVER = """
WITH ours AS (
  SELECT oid, relname, relrowsecurity FROM pg_class
  WHERE pg_table_is_visible(oid) AND (relname = ANY(%(tables)s) OR relname LIKE 'audit\\_%%')
), ready AS (
  SELECT tgrelid FROM pg_trigger WHERE NOT tgisinternal AND tgname = 'brana_tell' AND tgenabled IN ('O', 'A')
), known AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
)
SELECT 'trigger ' || t.tgname || ' on ' || c.relname
  FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
  WHERE NOT t.tgisinternal AND NOT (
    t.tgname = 'brana_tell' AND p.proname = 'brana_tell' AND p.prosrc = %(body)s
    AND t.tgtype & %(before_or_each_row)s = 0 AND t.tgqual IS NULL
  )
UNION SELECT 'no trigger brana_tell on ' || relname FROM ours
  WHERE relname = ANY(%(told)s) AND oid NOT IN (SELECT tgrelid FROM ready)
UNION SELECT 'rule ' || r.rulename || ' on ' || c.relname FROM pg_rewrite r JOIN ours c ON c.oid = r.ev_class
UNION SELECT 'row security of ' || relname FROM ours WHERE relrowsecurity
UNION SELECT 'operator ' || oprname || ' of ' || oprnamespace::regnamespace FROM pg_operator o
  WHERE pg_operator_is_visible(oid) AND oprnamespace <> 'pg_catalog'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM known WHERE classid = 'pg_operator'::regclass AND objid = o.oid)
UNION SELECT 'function ' || proname || ' of ' || pronamespace::regnamespace FROM pg_proc f
  WHERE pg_function_is_visible(oid) AND pronamespace <> 'pg_catalog'::regnamespace
    AND proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace)
    AND NOT EXISTS (SELECT 1 FROM known WHERE classid = 'pg_proc'::regclass AND objid = f.oid)
ORDER BY 1
"""


def alien_objects(connection: Connection) -> Sequence[str]:
    """Kind and name of each; a view in the place of a table is told by its rule.

    Of a server's tables those that the product's statements find, in whichever schema. An operator or function beside
    those of the server is taken before them where it fits a type better.
    """
    if is_server(connection):
        path = [str(one) for one in connection.exec_driver_sql(_PATH).scalars()]
        if next((one for one in path if not one.startswith("pg_temp_")), None) != "pg_catalog":
            return [
                f"search path {', '.join(path)}"
            ]  # nothing that is asked now is asked of the server's own
        by = {
            "body": BODY,
            "tables": list(all_tables().tables),
            "told": list(TOLD),
            "before_or_each_row": BEFORE_OR_EACH_ROW,
        }
        found = connection.exec_driver_sql(_OF_SERVER, by)
    else:
        found = connection.exec_driver_sql(_OF_FILE)
    return [str(one) for one in found.scalars()]
