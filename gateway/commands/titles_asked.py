"""Roles and applications as people write them at a terminal: by their ids, or by their titles in either language."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from config.district import District
from config.vocabulary import ROLE_TITLES, ApplicationId, Language, MunicipalityCode, Role
from gateway.audit.folding import folded
from gateway.commands.policies_asked import municipality_asked
from gateway.commands.preflight import CannotStart
from policies.model import Text

NEAR = 2  # that somebody may have meant
LONGEST = 100  # characters that are compared


def the_one(what: str, written: str, titles: Mapping[str, Text]) -> str:
    """By its id to the letter; else by id or title, in any case, with or without accents. What nobody is called stays
    as it was written.

    Raises CannotStart where several are called so.
    """
    if written in titles:
        return written
    wanted = folded(written)
    found = [one for one, title in titles.items() if wanted in map(folded, (one, *title.values()))]
    if len(found) > 1:
        raise CannotStart(
            f"several are called {written!r}: {', '.join(found)}", f"write the {what}'s id, to the letter"
        )
    return found[0] if found else written


def applications_asked(
    known: Mapping[ApplicationId, Text], written: Iterable[str]
) -> tuple[ApplicationId, ...]:
    """Those that are named, which have to be there; all where none is named. Raises CannotStart."""
    titles = {str(one): title for one, title in known.items()}
    found = [the_one("application", one, titles) for one in written]
    for one in found:
        if one not in titles:
            raise CannotStart(
                f"no application {one!r} in the settings{_meant(one, titles)}",
                f"there are: {_listed(titles, titles)}",
            )
    return tuple(map(ApplicationId, found)) or tuple(known)


def role_asked(district: District, written: str) -> tuple[MunicipalityCode, Role]:
    """`ROLE@MUNICIPALITY`. Raises CannotStart, which says what is wrong with which of both."""
    name, at, where = (part.strip() for part in written.partition("@"))
    titles = {role.value: title for role, title in ROLE_TITLES.items()}
    role = the_one("role", name, titles)
    if role not in titles:
        raise CannotStart(
            f"in {written!r} there is no role {name!r}{_meant(name, titles)}",
            f"the roles are: {_listed(titles, titles)}",
        )
    if not at or not where:
        raise CannotStart(
            f"{written!r} does not say in which municipality",
            f"write {role}@ and behind it its code, its number or its name, such as {role}@{next(iter(district))}",
        )
    return municipality_asked(district, where), Role(role)


def _meant(written: str, titles: Mapping[str, Text]) -> str:
    names = {folded(name): one for one, title in titles.items() for name in (one, *title.values())}
    close = get_close_matches(folded(written[:LONGEST]), names, NEAR)
    near = dict.fromkeys(names[one] for one in close)
    return f"; did you mean {_listed(near, titles, ' or ')}?" if near else ""


def _listed(ids: Iterable[str], titles: Mapping[str, Text], between: str = ", ") -> str:
    """Each with its Czech title, where it has another."""
    return between.join(_called(one, titles[one][Language.CZECH]) for one in ids)


def _called(one: str, title: str) -> str:
    return one if title == one else f"{one} ({title})"
