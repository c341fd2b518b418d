"""What somebody has hung on the tables: the product makes no trigger but those that tell the nodes, no rule, no view,
no computed column, and no clause that says what a conflict does.

Such a thing can swallow or change an entry in the very transaction of the act, which then goes through.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from gateway.storage.audit_shards import is_server
from gateway.storage.schema import all_tables
from gateway.storage.telling import BODY, TOLD

BEFORE_OR_EACH_ROW = 1 | 2 | 64
"""Bits of pg_trigger.tgtype, with INSTEAD OF: there our own body, which returns NULL, would swallow rows."""
_OF_FILE = "SELECT type || ' ' || name FROM sqlite_master WHERE type NOT IN ('table', 'index')"
"""Not by the names of what is alien: whoever writes that table itself spells `TRIGGER`, and SQLite takes it for one."""
_TEXTS = "SELECT name FROM sqlite_master WHERE sql LIKE '%conflict%'"
_KINDS = "SELECT type || ' ' || name, name FROM pragma_table_list WHERE schema = 'main' AND type <> 'table'"
_COLUMNS = """
SELECT t.name, x.name FROM pragma_table_list t JOIN pragma_table_xinfo(t.name) x WHERE t.schema = 'main'
"""
_KEYS = """
SELECT t.name, k."from" FROM pragma_table_list t JOIN pragma_foreign_key_list(t.name) k WHERE t.schema = 'main'
"""
_PATH = "SELECT unnest(pg_catalog.current_schemas(true))::text"
_OF_SERVER = """
WITH ours AS (
  SELECT oid, relname, relrowsecurity FROM pg_class
  WHERE pg_table_is_visible(oid) AND (relname = ANY(%(tables)s) OR relname LIKE 'audit\\_%%')
), ready AS (
  SELECT tgrelid FROM pg_trigger WHERE NOT tgisinternal AND tgname = 'brana_tell' AND tgenabled IN ('O', 'A')
), known AS (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), trusted AS (
  SELECT oid FROM pg_roles WHERE rolsuper  -- who owns an extension may put anything of their own into it
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
UNION SELECT 'function ' || d.refobjid::regproc || ' in ' || o.relname FROM pg_depend d
  LEFT JOIN pg_constraint n ON d.classid = 'pg_constraint'::regclass AND n.oid = d.objid
  LEFT JOIN pg_attrdef a ON d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid
  JOIN ours o ON o.oid = coalesce(n.conrelid, a.adrelid)
  WHERE d.refclassid = 'pg_proc'::regclass
UNION SELECT 'type of column ' || attname || ' of ' || relname FROM ours o JOIN pg_attribute ON attrelid = o.oid
  JOIN pg_type t ON t.oid = atttypid WHERE t.typnamespace <> 'pg_catalog'::regnamespace
UNION SELECT 'operator ' || oprname || ' of ' || oprnamespace::regnamespace FROM pg_operator o
  WHERE pg_operator_is_visible(oid) AND oprnamespace <> 'pg_catalog'::regnamespace
    AND NOT (oprowner IN (SELECT oid FROM trusted) AND EXISTS (
      SELECT 1 FROM known WHERE classid = 'pg_operator'::regclass AND objid = o.oid))
UNION SELECT 'function ' || proname || ' of ' || pronamespace::regnamespace FROM pg_proc f
  WHERE pg_function_is_visible(oid) AND pronamespace <> 'pg_catalog'::regnamespace
    AND proname IN (SELECT proname FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace)
    AND NOT (proowner IN (SELECT oid FROM trusted) AND EXISTS (
      SELECT 1 FROM known WHERE classid = 'pg_proc'::regclass AND objid = f.oid))
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
        return sorted(_in_file(connection))
    return [str(one) for one in found.scalars()]


def _in_file(connection: Connection) -> Iterator[str]:
    """SQLite computes a column that it then holds against `NOT NULL ON CONFLICT IGNORE`: the row is gone, silently."""
    tables = all_tables().tables
    yield from map(str, connection.exec_driver_sql(_OF_FILE).scalars())
    yield from (f"conflict clause in {one}" for one in connection.exec_driver_sql(_TEXTS).scalars())
    yield from (kind for kind, name in connection.exec_driver_sql(_KINDS) if name in tables)
    for table, column in connection.exec_driver_sql(_COLUMNS):
        if table in tables and column not in tables[table].c:
            yield f"column {column} of {table}"
    for table, column in connection.exec_driver_sql(_KEYS):
        if table in tables and not (column in tables[table].c and tables[table].c[column].foreign_keys):
            yield f"foreign key {column} of {table}"
