"""What differs between cases, and between what must never be permitted: one by one, by name, with its lines.

What weakens is told from what they say: one that is gone, one that asks less than before, one that permits what was to
be refused. Of a change that makes it another question the old one is gone.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from config.vocabulary import Language
from policies.case_files import unwieldy
from policies.cases import LEVELS, expected_of
from policies.changed import Effect, Kind, Line, kind_of, lines_between
from policies.model import Text
from policies.reasons import CS, EN

Sort = Literal["case", "never"]
SORTS: tuple[Sort, ...] = ("never", "case")
SORT_TITLES: Mapping[Sort, Text] = {
    "case": {CS: "Případ", EN: "Case"},
    "never": {CS: "Nesmí být nikdy", EN: "Must never be"},
}
TITLES = ("title_cs", "title_en")
WORDS = frozenset({"name", *TITLES})
TITLE_STAYS: Text = {
    CS: "Název zůstal, jaký byl, ale případ teď počítá s jiným výsledkem. Ověřte, zda ještě platí.",
    EN: "The title stayed as it was, and what the case expects changed. See whether it still holds.",
}
UNREADABLE: Text = {CS: "soubor nelze přečíst", EN: "the file cannot be read"}
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseChange:
    file: str
    sort: Sort | None
    """None: of a file that cannot be read, as a whole."""
    name: str
    kind: Kind
    effect: Effect
    title: Text
    lines: tuple[Line, ...]
    expected: tuple[Text, Text] | None = None
    """Of a case that stays and is to come out otherwise: as before, and from now on."""
    title_stays: bool = False
    """Though what it expects changed; in one of the languages at least. Without a title, the name is one."""


@dataclass(frozen=True, slots=True)
class _Said:
    table: Table
    text: str


class _Unwieldy(ValueError):
    """Reading it would take longer than anybody waits."""


_Tables = dict[tuple[Sort, str], _Said]


def case_changes(file: str, before: str | None, after: str | None) -> Iterator[CaseChange]:
    """None: there is no such file. Nothing where only remarks or the order differ."""
    try:
        yield from list(_changes(file, _said(before or ""), _said(after or "")))
    except (
        ValueError,
        RecursionError,
        TypeError,
        AttributeError,
    ):  # whoever submits it is told what is wrong
        kind = kind_of(before is not None, after is not None)
        lines = tuple(lines_between(before or "", after or ""))
        yield CaseChange(file, None, "", kind, Effect.EITHER, UNREADABLE, lines)


def _changes(file: str, old: _Tables, new: _Tables) -> Iterator[CaseChange]:
    for sort, name in sorted(old.keys() | new.keys(), key=lambda key: (SORTS.index(key[0]), key[1])):
        was, now = old.get((sort, name)), new.get((sort, name))
        if was is not None and now is not None and was.table == now.table:
            continue
        shown = now or was
        assert shown is not None
        expected = _expected(was.table, now.table) if sort == "case" and was and now else None
        yield CaseChange(
            file=file,
            sort=sort,
            name=name,
            kind=kind_of(was is not None, now is not None),
            effect=_effect(sort, was.table if was else None, now.table if now else None),
            title={each: str(shown.table.get(f"title_{each}") or name) for each in Language},
            lines=tuple(lines_between(was.text if was else "", now.text if now else "")),
            expected=expected,
            title_stays=expected is not None and _title_stays(was.table if was else {}, shown.table),
        )


def _expected(old: Table, new: Table) -> tuple[Text, Text] | None:
    was, now = (expected_of(str(one.get("reason", "")), one.get("rule")) for one in (old, new))
    return None if was == now else (was, now)


def _title_stays(old: Table, new: Table) -> bool:
    written = [title for title in TITLES if title in new]
    return not written or any(old.get(title) == new[title] for title in written)


def _said(text: str) -> _Tables:
    """By what it is and its name; of two with one name, which is a fault, the last. Raises what TOML's reader does, and
    whoever meets something else than tables.
    """
    if unwieldy(text) is not None:
        raise _Unwieldy
    found: _Tables = {}
    document, texts = tomllib.loads(text), _texts(text)
    for sort in SORTS:
        for number, table in enumerate(document.get(sort, [])):
            own = texts[sort][number] if number < len(texts[sort]) else ""
            found[sort, str(table.get("name", ""))] = _Said(
                table, own if _says(own, sort, table) else _written(table)
            )
    return found


def _says(text: str, sort: Sort, table: Table) -> bool:
    """Whether these lines are what was read: headers may be written otherwise, or stand in the midst of a text."""
    try:
        return tomllib.loads(text).get(sort) == [table]
    except tomllib.TOMLDecodeError:
        return False


def _written(table: Table) -> str:
    return "\n".join(f"{key} = {value!r}" for key, value in table.items())


def _texts(text: str) -> Mapping[Sort, Sequence[str]]:
    """What stands below each header, up to the next one or to the remarks before it."""
    found: dict[Sort, list[str]] = {sort: [] for sort in SORTS}
    into: list[str] = []
    blocks: list[tuple[Sort, list[str]]] = []
    for line in text.splitlines():
        header = next((sort for sort in SORTS if line.split("#")[0].strip() == f"[[{sort}]]"), None)
        if header is not None:
            into = []
            blocks.append((header, into))
        into.append(line.rstrip())
    for sort, lines in blocks:
        while lines and (not lines[-1] or lines[-1].lstrip().startswith("#")):
            lines.pop()
        found[sort].append("\n".join(lines))
    return found


def _effect(sort: Sort, old: Table | None, new: Table | None) -> Effect:
    if old is None:
        return Effect.STRENGTHENS
    if new is None:
        return Effect.WEAKENS
    differing = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)} - WORDS
    if not differing:
        return Effect.NONE
    told = [_of_key(sort, key, old.get(key), new.get(key)) for key in differing]
    return Effect.WEAKENS if Effect.WEAKENS in told else told[0] if len({*told}) == 1 else Effect.EITHER


def _of_key(sort: Sort, key: str, old: Any, new: Any) -> Effect:
    """What is not in the table makes another question of it: the old one is asked no more."""
    table = CASE_KEYS if sort == "case" else NEVER_KEYS
    judged = table.get(key)
    return judged(old, new) if judged is not None else Effect.WEAKENS


def _narrows(old: Any, new: Any) -> Effect:
    """A list of what it is about; left out or empty, everything there is."""
    was, now = set(old or ()), set(new or ())
    return Effect.STRENGTHENS if not now or (was and was <= now) else Effect.WEAKENS


def _leaves_out(old: Any, new: Any) -> Effect:
    """A list of what it is not about."""
    return Effect.STRENGTHENS if set(new or ()) <= set(old or ()) else Effect.WEAKENS


def _widens(_: Any, new: Any) -> Effect:
    return Effect.STRENGTHENS if new else Effect.WEAKENS


def _only_there(_: Any, new: Any) -> Effect:
    """One value of all; left out, each."""
    return Effect.STRENGTHENS if new is None else Effect.WEAKENS


def _weaker_than(old: Any, new: Any) -> Effect:
    order = [*LEVELS]
    if new is None or (old in order and new in order and order.index(old) < order.index(new)):
        return Effect.STRENGTHENS
    return Effect.WEAKENS


def _reason(old: Any, new: Any) -> Effect:
    """Left out where it is to be permitted: one that was to be refused is then let pass."""
    return Effect.EITHER if old and new else Effect.STRENGTHENS if new else Effect.WEAKENS


def _rule(_: Any, new: Any) -> Effect:
    """Left out, any policy may decide."""
    return Effect.WEAKENS if new is None else Effect.EITHER


Judged = Callable[[Any, Any], Effect]
CASE_KEYS: Mapping[str, Judged] = {"reason": _reason, "rule": _rule}
NEVER_KEYS: Mapping[str, Judged] = {
    "roles": _narrows,
    "applications": _narrows,
    "actions": _narrows,
    "levels": _narrows,
    "devices": _narrows,
    "roles_but": _leaves_out,
    "without": _leaves_out,
    "and_another": _widens,
    "below": _weaker_than,
    "municipality": _only_there,
}
