"""Files of cases beside the policies, read strictly: what they say, or everything that is wrong with them.

`region/NAME.cases.toml` is tried at every municipality that has policies, `municipalities/CODE.cases.toml` at that
municipality alone. They are no part of the policies' version: they decide nothing.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from config.problem import Problem
from config.toml_lines import line_of, lines_of
from config.vocabulary import MunicipalityCode, Role
from policies.cases import Case
from policies.hidden import VISIBLE, hidden
from policies.never import ELSEWHERE, FACTS, Never
from policies.texts import CaseText

SHOWN = "docs/policies.md shows how cases are written"
LARGEST, LONGEST_LINE, MOST_TABLES = 1 << 17, 1_000, 1_000
"""Of one file: its characters, those of a line, its tables."""
AT = re.compile(r" - at `([^`]*)`$")
T = TypeVar("T", Case, Never)


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands on a line of a file."""

    line: int
    said: Case | Never


@dataclass(frozen=True, slots=True)
class CaseFile:
    file: Path
    text: str
    only: MunicipalityCode | None
    """Set for a municipality's own."""
    otherwise: str
    """In the library: what the other policies say, everything ("permitted") or nothing ("refused")."""
    said: tuple[Placed, ...]
    problems: tuple[Problem, ...]


def read_all(texts: Iterable[CaseText], district: Collection[MunicipalityCode]) -> list[CaseFile]:
    return [read_cases(one.file, one.text, district, one.only) for one in texts]


def read_cases(
    file: Path,
    text: str,
    district: Collection[MunicipalityCode],
    only: MunicipalityCode | None = None,
    *,
    alone: bool = False,
) -> CaseFile:
    """`alone`: of one policy of the library, tried by itself; only then `otherwise` means something."""
    if (fault := _unwieldy(text)) is not None:
        return CaseFile(file, text, only, "", (), (Problem(file, 0, fault, f"split it; {SHOWN}"),))
    if (unseen := hidden(text)) is not None:
        line, column, what = unseen
        return CaseFile(file, text, only, "", (), (Problem(file, line, what, VISIBLE, column=column),))
    reading = _Reading(file, lines_of(text), district, only)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        nested = Problem(file, 0, "lists or tables stand too deep in each other", f"correct it; {SHOWN}")
        return CaseFile(file, text, only, "", (), (nested,))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line ([0-9]+)", str(error))
        problem = Problem(file, int(found[1]) if found else 0, f"not TOML: {error}", f"correct it; {SHOWN}")
        return CaseFile(file, text, only, "", (), (problem,))
    otherwise = document.pop("otherwise", "")
    if alone and otherwise not in ("permitted", "refused"):
        reading.complain(
            "otherwise", "otherwise is neither permitted nor refused", "say what the other policies do"
        )
    elif otherwise and not alone:
        reading.complain(
            "otherwise", "otherwise means nothing here", "take it out: the other policies are known"
        )
    said = [
        *reading.tables("case", document.pop("case", []), Case, reading.faults_of_case),
        *reading.tables("never", document.pop("never", []), Never, reading.faults_of_never),
    ]
    for key in document:
        reading.complain(f"{key}[0]", f"{key} is not known here", f"write [[case]] or [[never]]; {SHOWN}")
    return CaseFile(file, text, only, str(otherwise), tuple(said), tuple(reading.problems))


def _unwieldy(text: str) -> str | None:
    """Why reading it would take longer than anybody waits."""
    lines = text.split("\n")
    if len(text) > LARGEST:
        return f"the file has more than {LARGEST} characters"
    if max(map(len, lines)) > LONGEST_LINE:
        return f"a line has more than {LONGEST_LINE} characters"
    if sum(line.lstrip().startswith("[") for line in lines) > MOST_TABLES:
        return f"there are more than {MOST_TABLES} cases in one file"
    return None


@dataclass(slots=True)
class _Reading:
    file: Path
    lines: dict[str, int]
    district: Collection[MunicipalityCode]
    only: MunicipalityCode | None
    problems: list[Problem] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def complain(self, path: str, what: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line_of(path, self.lines), what, remedy))

    def tables(
        self, key: str, found: Any, kind: type[T], faults: Callable[[T], Iterator[tuple[str, str, str]]]
    ) -> Iterator[Placed]:
        if not isinstance(found, list):
            self.complain(key, f"{key} is no list of tables", f"write [[{key}]]")
            return
        for number, table in enumerate(found):
            at, before = f"{key}[{number}]", len(self.problems)
            for path in _unknown(table, kind):
                self.complain(f"{at}.{path}", f"{path} is nothing a {key} may say", SHOWN)
            try:
                said: T = msgspec.convert(table, kind)
            except msgspec.ValidationError as error:
                where = AT.search(str(error))
                self.complain(at + (where[1].removeprefix("$") if where else ""), str(error), SHOWN)
                continue
            for path, what, remedy in (*faults(said), *self._named_twice(said.name)):
                self.complain(f"{at}.{path}", what, remedy)
            if len(self.problems) == before:
                yield Placed(line_of(at, self.lines), said)

    def _named_twice(self, name: str) -> Iterator[tuple[str, str, str]]:
        if name in self.names:
            yield (
                "name",
                f'"{name}" is the name of another one in this file',
                "give this one a name of its own",
            )
        self.names.add(name)

    def faults_of_case(self, case: Case) -> Iterator[tuple[str, str, str]]:
        for one in case.roles:
            role, _, where = one.partition("@")
            if role not in {known.value for known in Role}:
                yield "roles", f'"{role}" is no role', "use one of policies/schema.cedarschema"
            yield from self._unknown_code("roles", where)
        yield from self._unknown_code("own", case.own)
        yield from self._not_ours(case.municipality)
        yield from _unaware(case)

    def faults_of_never(self, never: Never) -> Iterator[tuple[str, str, str]]:
        for title in ("title_cs", "title_en"):
            if not getattr(never, title).strip():
                yield title, f"{title} is empty", "say it in a sentence that officials understand"
        if never.own != ELSEWHERE:
            yield from self._unknown_code("own", never.own)
        yield from self._not_ours(never.municipality)
        for name in never.without:
            if name not in FACTS:
                yield "without", f'"{name}" is no fact', f"use one of {', '.join(FACTS)}"
        if any(not 0 <= hour <= 23 for hour in never.hours):
            yield "hours", "an hour is none of the day", "write hours from 0 to 23"
        if any(not 1 <= day <= 7 for day in never.days):
            yield "days", "a day is none of the week", "write days from 1 (Monday) to 7"
        if never.below == "password":
            yield "below", "nothing is weaker than a password", "write two-factors or phishing-resistant"
        yield from _unaware(never)

    def _unknown_code(self, key: str, code: str | None) -> Iterator[tuple[str, str, str]]:
        if code and code not in self.district:
            yield key, f"municipality {code} is not in the district", "correct the code"

    def _not_ours(self, code: MunicipalityCode | None) -> Iterator[tuple[str, str, str]]:
        yield from self._unknown_code("municipality", code)
        if code is not None and self.only is not None and code != self.only:
            what = f"the file of municipality {self.only} speaks of resources of {code}"
            yield "municipality", what, "take the line out, or let the region say it"


def _unaware(said: Case | Never) -> Iterator[tuple[str, str, str]]:
    """Times without a zone would be another moment on another machine."""
    for path in _naive(said, ""):
        yield path, f"{path} has no zone", "write it as 2026-11-23T09:00:00+01:00"


def _naive(value: Any, path: str) -> Iterator[str]:
    for one in fields(value):
        inner, at = getattr(value, one.name), f"{path}.{one.name}".lstrip(".")
        if isinstance(inner, datetime) and inner.utcoffset() is None:
            yield at
        elif is_dataclass(inner):
            yield from _naive(inner, at)


def _unknown(table: Any, kind: type) -> Iterator[str]:
    """Keys that nothing reads, as paths. msgspec lets them pass where they belong to a dataclass."""
    known = _kinds(kind)
    for key, value in table.items() if isinstance(table, dict) else ():
        if key not in known:
            yield key
        elif (inner := known[key]) is not None:
            for each in value if isinstance(value, list) else [value]:
                yield from (f"{key}.{path}" for path in _unknown(each, inner))


@lru_cache(maxsize=32)
def _kinds(kind: type) -> dict[str, type | None]:
    """The fields of a dataclass, with the dataclass that is in each."""
    return {name: _dataclass_in(hint) for name, hint in get_type_hints(kind).items()}


def _dataclass_in(hint: Any) -> type | None:
    """Optional, in a set, or by itself."""
    if is_dataclass(hint) and isinstance(hint, type):
        return hint
    return next((found for one in get_args(hint) if (found := _dataclass_in(one)) is not None), None)
