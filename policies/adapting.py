"""Cases are made to expect what is decided now, and called otherwise where that is wished, in the text of their file.
Nothing else of the text changes: a remark behind what goes stays, on a line of its own.

The whole is read once before and once after, and between them each case by itself: a file may have a thousand.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from policies.case_files import unwieldy
from policies.causes import Decided

EXPECTS = ("reason", "rule")
TITLES = ("title_cs", "title_en")
LINE = re.compile(
    rf"(?P<key>\s*(?P<name>{'|'.join((*EXPECTS, *TITLES))})\s*=\s*)"
    r"""(?:"(?:[^"\\]|\\.)*"|'[^']*')(?P<behind>\s*(?P<remark>#.*)?)"""
)
HEADER = "[[case]]"
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Now:
    name: str
    decided: Decided
    titles: Mapping[str, str] = field(default_factory=dict)
    """By key (TITLES), of those that are to be other ones; a line each, without what cannot be seen."""


def adapted(text: str, now: Mapping[int, Now]) -> tuple[str, frozenset[int]]:
    """`now`: by the line of the case's header, counted from 1. With the lines of those that were left: such a case is
    not there, or is written so that it cannot be changed line by line, as `facts` and names may be written in as many
    ways as TOML has. Which policy decides is said where it was.
    """
    everything = text, frozenset(now)
    if unwieldy(text) is not None or (before := _reads(text)) is None:
        return everything
    lines, done, left = text.split("\n"), dict[str, Now](), set[int]()
    for line in sorted(now, reverse=True):  # from the bottom: those above stay on their lines
        one = now[line]
        own = _rewritten(lines, line - 1, one)
        if own is None:
            left.add(line)
        else:
            end, said = own
            lines[line - 1 : end] = said
            done[one.name] = one
    changed = "\n".join(lines)
    return (changed, frozenset(left)) if _reads(changed) == _replaced(before, done) else everything


def _rewritten(lines: Sequence[str], start: int, one: Now) -> tuple[int, Sequence[str]] | None:
    """The lines of one case, and where they ended."""
    if not 0 <= start < len(lines) or lines[start].split("#")[0].strip() != HEADER:
        return None
    end = next((at for at in range(start + 1, len(lines)) if lines[at].lstrip().startswith("[")), len(lines))
    while end > start + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    match _reads("\n".join([*lines[start:end], ""])):
        case {"case": [{"name": one.name} as was]}:
            wanted = _wanted(was, one)
        case _:
            return None
    added = (key for key in (*TITLES, *EXPECTS) if key in wanted.keys() - was)
    new = (f"{key} = {_quoted(wanted[key])}{_ending(lines[start])}" for key in added)
    said = [*(now for line in lines[start:end] if (now := _line(line, wanted)) is not None), *new]
    return (end, said) if _reads("\n".join([*said, ""])) == {"case": [wanted]} else None


def _line(line: str, wanted: Table) -> str | None:
    """None: it goes."""
    found = LINE.fullmatch(line)
    if found is None:
        return line
    if found["name"] not in wanted:
        return found["remark"]
    if (_reads(line) or {}).get(found["name"]) == wanted[found["name"]]:
        return line
    return f"{found['key']}{_quoted(wanted[found['name']])}{found['behind']}"


def _quoted(text: str) -> str:
    """A basic string: what JSON writes of a text without control characters is one (TOML 1.0, "String")."""
    return json.dumps(text, ensure_ascii=False)


def _ending(line: str) -> str:
    """A file may have been written where lines end by two characters."""
    return "\r" if line.endswith("\r") else ""


def _wanted(case: Table, now: Now) -> Table:
    said = {key: value for key, value in case.items() if key not in EXPECTS} | dict(now.titles)
    if now.decided.rule and "rule" in case:
        said["rule"] = now.decided.rule
    return said | ({"reason": now.decided.reason} if now.decided.reason else {})


def _replaced(document: Table, done: Mapping[str, Now]) -> Table | None:
    if not done:
        return document
    cases = document.get("case")
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        return None
    return {
        **document,
        "case": [
            _wanted(case, done[name]) if isinstance(name := case.get("name"), str) and name in done else case
            for case in cases
        ],
    }


def _reads(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
