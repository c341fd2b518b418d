"""People who are in a directory, and of whom its replica keeps nothing."""

from collections.abc import Mapping

from sqlalchemy import Connection

from config.vocabulary import DirectoryName
from gateway.storage.directory_generations import current
from gateway.storage.directory_rows import octets_of
from idp.directory.sync.replica import Unkept

KEPT = "SELECT identity FROM directory_person WHERE generation = ?"
UNUSABLE = "SELECT dn FROM directory_problem WHERE generation = ?"


def unkept_people(connection: Connection, directory: DirectoryName, there: Mapping[str, str]) -> Unkept:
    """`there`: names by identity."""
    generation = current(connection, directory)
    kept = {bytes(row.identity) for row in connection.exec_driver_sql(KEPT, (generation,))}
    missing = sorted(one for one in there if octets_of(one) not in kept)
    told = {row.dn for row in connection.exec_driver_sql(UNUSABLE, (generation,))} if missing else set()
    return Unkept(
        new=tuple(one for one in missing if there[one] not in told),
        unusable=tuple(one for one in missing if there[one] in told),
    )
