"""Databases from before identifiers carried their directory's name: people keep their second factors.

Sessions are left alone: their people are not found in any directory, so they end, recorded, in the first round.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, select, update

from config.vocabulary import DirectoryName
from gateway.storage.tables.authenticators import authenticator
from gateway.storage.tables.identity import known_browser, known_login
from idp.directory.subject import MARK, subject


class OfNoDirectory(Exception):
    """Second factors are kept for people of whom it is not known which of several directories knows them."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} second factors were kept before identifiers carried the name of their directory\n"
            "    name in [[directories]] only the one that these people are in, run `brana user show` for one of "
            "them, and then add the other directories"
        )


def unnamed_people(connection: Connection) -> list[str]:
    """Identifiers without a directory's name for which a second factor is kept."""
    return list(connection.execute(select(authenticator.c.subject).where(_bare(authenticator))).scalars())


def name_people(connection: Connection, directories: Sequence[DirectoryName]) -> int:
    """Put the only directory's name before identifiers without one; how many factors that moved.

    Raises OfNoDirectory where there are several directories; nothing is changed then.
    """
    unnamed = unnamed_people(connection)
    if not unnamed:
        return 0
    if len(directories) != 1:
        raise OfNoDirectory(len(unnamed))
    (directory,) = directories
    for table in (authenticator, known_login, known_browser):
        connection.execute(
            update(table).where(_bare(table)).values(subject=subject(directory, "") + table.c.subject)
        )
    return len(unnamed)


def _bare(table: Table) -> ColumnElement[bool]:
    return ~table.c.subject.contains(MARK, autoescape=True)
