"""What an edit touched, as the history of a proposal names it: policies by their names, or else the file."""

import re
from collections.abc import Iterator, Mapping

from gateway.policy_office.refusal import ActRefused, Refusal
from policies.bound import too_much
from policies.case_files import LARGEST
from policies.statements import split
from policies.texts import CASES, POLICIES, Texts

NAME = re.compile(r'@id\("([a-z0-9][a-z0-9-]*)"\)')
MOST = 12  # of them named in one line
MORE = "…"


def readable_parts(before: Texts, after: Texts) -> list[str]:
    """What an edit touched. Raises ActRefused where a text that it touched holds more than is ever read of one."""
    for name, text in after.items():
        if before.get(name) != text:
            much = len(text) > LARGEST if name.endswith(CASES) else too_much(text) is not None
            if much:
                raise ActRefused(Refusal.TOO_LARGE)
    return edited_parts(before, after)


def edited_parts(before: Texts, after: Texts) -> list[str]:
    """In order; empty where the texts stayed: then the note was edited."""
    found = sorted(parts_between(before, after))
    return found if len(found) <= MOST else [*found[:MOST], MORE]


def parts_between(before: Texts, after: Texts) -> frozenset[str]:
    """All of them, however many."""
    return frozenset(part for file in {*before, *after} for part in _of(file, before, after))


def _of(file: str, before: Texts, after: Texts) -> Iterator[str]:
    was, now = before.get(file, ""), after.get(file, "")
    if was == now:
        return
    old, new = _by_name(file, was), _by_name(file, now)
    named = [name for name in {*old, *new} if old.get(name) != new.get(name)]
    yield from named or [file]


def _by_name(file: str, text: str) -> Mapping[str, list[str]]:
    """The statements of a file by their names; those that have none, by the file's."""
    found: dict[str, list[str]] = {}
    for statement in split(text) if file.endswith(POLICIES) else ():
        name = NAME.search(statement.text)
        found.setdefault(name[1] if name else file, []).append(statement.text)
    return found
