"""What changes in the database tells every node that listens: by triggers, so that no writer can forget it.

What a trigger says is heard when its transaction commits, once for however many statements
(postgresql.org/docs/15/sql-notify.html).
"""

from sqlalchemy import Connection

CHANNEL = "brana_changed"

REVOKED, DIRECTORIES, NODES, KEYS = "revoked", "directory_sync", "fleet_node", "signing_key"
POLICIES, INCIDENTS = "fleet_policies", "policy_incident"
ASKS = "ask"
SUSPENSIONS = "suspension"
DEVICES = "device"
CLIENTS = "oidc_client"
SCHEMA = "schema_step"
ASKED = "asked"
TOLD = {
    REVOKED: "INSERT",
    DIRECTORIES: "INSERT OR UPDATE",
    NODES: "INSERT OR UPDATE OR DELETE",
    KEYS: "INSERT OR UPDATE",
    POLICIES: "INSERT OR UPDATE OR DELETE",
    INCIDENTS: "INSERT OR UPDATE OR DELETE",
    SCHEMA: "INSERT",
    ASKS: "INSERT OR UPDATE",
    SUSPENSIONS: "INSERT OR UPDATE",
    DEVICES: "INSERT OR UPDATE",
    CLIENTS: "INSERT OR UPDATE OR DELETE",
}
"""Tables that nodes keep a view of, and what changes the view."""
EVERYTHING = frozenset({*TOLD, ASKED})
"""ASKED: a command on some node says "look again" to all of them."""

BODY = f" BEGIN PERFORM pg_notify('{CHANNEL}', TG_TABLE_NAME); RETURN NULL; END "
FUNCTION = f"""
CREATE OR REPLACE FUNCTION brana_tell() RETURNS trigger LANGUAGE plpgsql AS
$${BODY}$$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER brana_tell AFTER {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION brana_tell()
"""


def ask_all(connection: Connection) -> None:
    """Tell every node that a command changed something, when this transaction commits."""
    connection.exec_driver_sql(f"NOTIFY {CHANNEL}, '{ASKED}'")


def tell_of_changes(connection: Connection) -> None:
    """Make the triggers, or bring them to this version."""
    connection.exec_driver_sql(FUNCTION)
    for table, when in TOLD.items():
        connection.exec_driver_sql(TRIGGER.format(when=when, table=table))
