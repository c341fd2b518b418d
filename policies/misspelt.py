"""What Cedar's validator knows by no such name: told in words of ours, with the name that is meant. Pure.

Who writes in a browser cannot open the schema, so the names that are known stand in the remedy.
"""

import operator
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from config.vocabulary import ROLE_TITLES, Language
from policies import review_words as words
from policies.declared import Kind, declared
from policies.fault import Fault, Hole, Words
from policies.model import Text
from policies.reasons import ACTION_NAMES

ATTRIBUTE = re.compile(r"attribute `([\w.]+)` (?:in context|on entity type `(\w+)`) not found")
ENTITY = re.compile(r'entity `(\w+)::"(.*)"` is of an enumerated entity type')
ACTION = re.compile(r'unrecognized action `Action::"(.*)"`')
KIND = re.compile(r"unrecognized entity type `([\w:]+)`")
TITLES: Mapping[str, Mapping[str, Text]] = {
    "Role": {role.value: title for role, title in ROLE_TITLES.items()},
    "Action": {action.value: name for action, name in ACTION_NAMES.items()},
}
"""What people call those of a closed set."""
LONGEST = 100  # characters of a name that are compared: authors' texts may be made to be slow


class Unknown(NamedTuple):
    fault: Fault
    near: str
    """What stands in the text."""
    into: int
    """How far into it the wrong name begins."""


def unknown(said: str) -> Unknown | None:
    """`said`: by the validator. None: it objects to something else."""
    for told, of in TOLD:
        if (found := told.search(said)) is not None:
            return of(*found.groups())
    return None


def closest(name: str, known: Collection[str]) -> str:
    """Empty: nothing resembles it."""
    return next(iter(get_close_matches(name[:LONGEST], sorted(known), 1)), "")


def closest_code(code: str, known: Collection[str]) -> str:
    """The only one that differs by one digit, or by two that changed places; empty: none, or several do."""
    found = [one for one in known if len(one) == len(code) and _slip(one, code)]
    return found[0] if len(found) == 1 else ""


def _slip(one: str, other: str) -> bool:
    """Of two that are not the same."""
    swapped = (f"{other[:at]}{other[at + 1]}{other[at]}{other[at + 2 :]}" for at in range(len(other) - 1))
    return one in swapped or sum(map(operator.ne, one, other)) == 1


def named(either: tuple[Words, Words], known: Collection[str], meant: str, **holes: Hole) -> Fault:
    """`either`: the words where no name is meant, and those where one is."""
    return _with(either, with_titles(known, {}), meant, **holes)


def with_titles(known: Collection[str], titles: Mapping[str, Text]) -> Text:
    """In the words of a list; in Czech with the titles that people know them by, where they have any."""
    if not known:
        return words.NONE_KNOWN
    in_czech = {one: titles[one][Language.CZECH] if one in titles else one for one in known}
    named = (one if title == one else f"{one} ({title})" for one, title in sorted(in_czech.items()))
    return {Language.CZECH: ", ".join(named), Language.ENGLISH: ", ".join(sorted(known))}


def _with(either: tuple[Words, Words], listed: Text, meant: str, **holes: Hole) -> Fault:
    return either[1].of(meant=meant, known=listed, **holes) if meant else either[0].of(known=listed, **holes)


def _attribute(path: str, of: str | None) -> Unknown:
    *way, name = path.split(".")
    kinds: tuple[Kind, ...] = (of,) if of else declared().variables["context"]
    for step in way:
        kinds = tuple(having[step] for kind in kinds if step in (having := declared().attributes(kind) or {}))
    known = {one for kind in kinds for one in declared().attributes(kind) or ()}
    close = closest(name, known)
    before = [*(() if of else ("context",)), *way]
    fault = named(words.NO_ATTRIBUTE, known, ".".join([*before, close]) if close else "", name=path)
    return Unknown(fault, path, len(path) - len(name))


def _entity(kind: str, name: str) -> Unknown:
    return _one_of(words.NO_ONE_OF.get(kind, words.NO_SUCH_NAME), kind, name, declared().enumerated[kind])


def _action(name: str) -> Unknown:
    return _one_of(words.NO_ACTION, "Action", name, declared().actions)


def _one_of(either: tuple[Words, Words], kind: str, name: str, known: Collection[str]) -> Unknown:
    begin = f'{kind}::"'
    fault = _with(either, with_titles(known, TITLES.get(kind, {})), closest(name, known), name=name)
    return Unknown(fault, f'{begin}{name}"', len(begin))


def _kind(name: str) -> Unknown:
    known = declared().entities.keys()
    return Unknown(named(words.NO_KIND, known, closest(name, known), name=name), name, 0)


TOLD: tuple[tuple[re.Pattern[str], Callable[..., Unknown]], ...] = (
    (ATTRIBUTE, _attribute),
    (ENTITY, _entity),
    (ACTION, _action),
    (KIND, _kind),
)
