"""Which kept versions changed the texts of one scope: asked of the database, as each row lists thousands of files."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, case, func, or_

from gateway.policy_office.scope import ANY, Scope, municipality_of
from gateway.storage.tables.policy_office import policy_version
from policies.texts import CASES, MUNICIPALITIES, POLICIES, REGION

MARK = 64  # characters of a SHA-256 in hexadecimal
_before = policy_version.alias("before")


def changing(connection: Connection, chosen: Select[Any], scope: Scope) -> Select[Any]:
    """Of versions that were chosen those that are the scope's own, and those of files of all that differ in it from
    the version they followed.
    """
    own = policy_version.c
    at: Callable[..., ColumnElement[int]] = (
        func.strpos if connection.dialect.name == "postgresql" else func.instr
    )
    begins = _begins(scope)
    differ = [_part(policy_version, at, *one) != _part(_before, at, *one) for one in begins]
    of_files = and_(own.scope == ANY, or_(_before.c.number.is_(None), *differ))
    joined = policy_version.outerjoin(_before, _before.c.number == own.base)
    return chosen.select_from(joined).where(or_(own.scope == scope, of_files))


def _begins(scope: Scope) -> list[tuple[str, int | None]]:
    """How the scope's entries of a list of files begin (policy_texts.keep), and how many characters they take; the
    region's, of which there may be any number, are the end of a list, which is in order of names.
    """
    code = municipality_of(scope)
    if code is None:
        return [(f'"{REGION.name}/', None)]
    entries = [f'"{MUNICIPALITIES.name}/{code}{ending}": "' for ending in (POLICIES, CASES)]
    return [(one, len(one) + MARK) for one in entries]


def _part(
    of: FromClause, at: Callable[..., ColumnElement[int]], begin: str, length: int | None
) -> ColumnElement[str]:
    """Empty where there is no such entry."""
    place = at(of.c.files, begin)
    part = func.substr(of.c.files, place) if length is None else func.substr(of.c.files, place, length)
    return case((place > 0, part), else_="")
