"""Databases from before identifiers carried their directory's name: people keep their second factors.

Sessions are left alone: their people are not found in any directory, so they end, recorded, in the first round.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from config.vocabulary import DirectoryName
from gateway.storage.seal import Seal
from gateway.storage.tables.identity import factor, known_browser, known_login
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
    return list(connection.execute(select(factor.c.subject).where(_bare(factor))).scalars())


def name_people(connection: Connection, seal: Seal, directories: Sequence[DirectoryName]) -> int:
    """Put the only directory's name before identifiers without one; how many factors that moved.

    Raises OfNoDirectory where there are several directories; nothing is changed then.
    """
    unnamed = unnamed_people(connection)
    if not unnamed:
        return 0
    if len(directories) != 1:
        raise OfNoDirectory(len(unnamed))
    (directory,) = directories
    for old in unnamed:
        new = subject(directory, old)
        sealed = connection.execute(
            select(factor.c.sealed_secret).where(factor.c.subject == old)
        ).scalar_one()
        secret = seal.close(seal.open(sealed, f"factor:{old}"), f"factor:{new}")
        moved = update(factor).where(factor.c.subject == old).values(subject=new, sealed_secret=secret)
        connection.execute(moved)
    for table in (known_login, known_browser):
        connection.execute(
            update(table).where(_bare(table)).values(subject=subject(directory, "") + table.c.subject)
        )
    return len(unnamed)


def _bare(table: Table) -> ColumnElement[bool]:
    return func.instr(table.c.subject, MARK) == 0
