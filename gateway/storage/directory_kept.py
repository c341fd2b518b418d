"""Of whom the replica of a directory keeps something, and whose entry was told as unusable."""

from collections.abc import Collection

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.directory_generations import current

UNUSABLE = "SELECT dn FROM directory_problem WHERE generation = ?"


def kept(connection: Connection, table: str, directory: DirectoryName) -> set[bytes]:
    """Identities in the table of people (`directory_person`) or of groups (`directory_group`), 16 octets each."""
    rows = connection.exec_driver_sql(
        f"SELECT identity FROM {table} WHERE generation = ?",  # noqa: S608 - constants
        (current(connection, directory),),
    )
    return {bytes(row.identity) for row in rows}


def unusable(connection: Connection, directory: DirectoryName, dns: Collection[str]) -> frozenset[str]:
    """Which of these names were told as unusable."""
    rows = connection.exec_driver_sql(UNUSABLE, (current(connection, directory),))
    return frozenset({row.dn for row in rows}.intersection(dns))
