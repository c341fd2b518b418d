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

from config.duration import parse_age
from config.problem import Problem
from config.toml_lines import line_of, lines_of
from config.vocabulary import MunicipalityCode, Role
from policies import case_words as words
from policies.cases import Case
from policies.fault import Fault
from policies.hidden import hidden
from policies.never import ELSEWHERE, FACTS, Never
from policies.review_words import MUNICIPALITY_UNKNOWN
from policies.texts import CaseText

LARGEST, LONGEST_LINE, MOST_TABLES = 1 << 17, 1_000, 1_000
"""Of one file: its characters, those of a line, its tables."""
AT = re.compile(r" - at `([^`]*)`$")
T = TypeVar("T", Case, Never)
Misplaced = tuple[str, Fault]
"""What is wrong with a case, and the path of where."""


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
    if (fault := unwieldy(text)) is not None:
        return CaseFile(file, text, only, "", (), (fault.at(file, 0),))
    if (unseen := hidden(text)) is not None:
        line, column, fault = unseen
        return CaseFile(file, text, only, "", (), (fault.at(file, line, column),))
    reading = _Reading(file, lines_of(text), district, only)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        return CaseFile(file, text, only, "", (), (words.TOO_DEEP.of().at(file, 0),))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line ([0-9]+)", str(error))
        problem = words.NOT_TOML.of(said=str(error)).at(file, int(found[1]) if found else 0)
        return CaseFile(file, text, only, "", (), (problem,))
    otherwise = document.pop("otherwise", "")
    if alone and otherwise not in ("permitted", "refused"):
        reading.complain("otherwise", words.OTHERWISE_UNCLEAR.of())
    elif otherwise and not alone:
        reading.complain("otherwise", words.OTHERWISE_NEEDLESS.of())
    said = [
        *reading.tables("case", document.pop("case", []), Case, reading.faults_of_case),
        *reading.tables("never", document.pop("never", []), Never, reading.faults_of_never),
    ]
    for key in document:
        reading.complain(f"{key}[0]", words.KEY_UNKNOWN.of(key=key))
    return CaseFile(file, text, only, str(otherwise), tuple(said), tuple(reading.problems))


def unwieldy(text: str) -> Fault | None:
    """Why reading it would take longer than anybody waits."""
    lines = text.split("\n")
    if len(text) > LARGEST:
        return words.TOO_LONG.of(most=LARGEST)
    if max(map(len, lines)) > LONGEST_LINE:
        return words.LINE_TOO_LONG.of(most=LONGEST_LINE)
    if sum(line.lstrip().startswith("[") for line in lines) > MOST_TABLES:
        return words.TOO_MANY.of(most=MOST_TABLES)
    return None


@dataclass(slots=True)
class _Reading:
    file: Path
    lines: dict[str, int]
    district: Collection[MunicipalityCode]
    only: MunicipalityCode | None
    problems: list[Problem] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def complain(self, path: str, fault: Fault) -> None:
        self.problems.append(fault.at(self.file, line_of(path, self.lines)))

    def tables(
        self, key: str, found: Any, kind: type[T], faults: Callable[[T], Iterator[Misplaced]]
    ) -> Iterator[Placed]:
        if not isinstance(found, list):
            self.complain(key, words.NO_TABLES.of(key=key))
            return
        for number, table in enumerate(found):
            at, before = f"{key}[{number}]", len(self.problems)
            for path in _unknown(table, kind):
                self.complain(f"{at}.{path}", words.FIELD_UNKNOWN.of(path=path, key=key))
            try:
                said: T = msgspec.convert(_aged(table), kind)
            except msgspec.ValidationError as error:
                where = AT.search(str(error))
                inside = where[1].removeprefix("$") if where else ""
                self.complain(at + inside, words.VALUE_UNFIT.of(said=str(error)))
                continue
            for path, fault in (*faults(said), *self._named_twice(said.name)):
                self.complain(f"{at}.{path}", fault)
            if len(self.problems) == before:
                yield Placed(line_of(at, self.lines), said)

    def _named_twice(self, name: str) -> Iterator[Misplaced]:
        if name in self.names:
            yield "name", words.NAMED_TWICE.of(name=name)
        self.names.add(name)

    def faults_of_case(self, case: Case) -> Iterator[Misplaced]:
        for title in ("title_cs", "title_en"):
            said = getattr(case, title)
            if said is not None and not said.strip():
                yield title, words.TITLE_EMPTY.of(title=title)
        for one in case.roles:
            role, _, where = one.partition("@")
            if role not in {known.value for known in Role}:
                yield "roles", words.NO_ROLE.of(role=role)
            yield from self._unknown_code("roles", where)
        yield from self._unknown_code("own", case.own)
        yield from self._not_ours(case.municipality)
        yield from _unaware(case)

    def faults_of_never(self, never: Never) -> Iterator[Misplaced]:
        for title in ("title_cs", "title_en"):
            if not getattr(never, title).strip():
                yield title, words.TITLE_EMPTY.of(title=title)
        if never.own != ELSEWHERE:
            yield from self._unknown_code("own", never.own)
        yield from self._not_ours(never.municipality)
        for name in never.without:
            if name not in FACTS:
                yield "without", words.NO_FACT.of(name=name, known=", ".join(FACTS))
        if any(not 0 <= hour <= 23 for hour in never.hours):
            yield "hours", words.NO_HOUR.of()
        if any(not 1 <= day <= 7 for day in never.days):
            yield "days", words.NO_DAY.of()
        if never.below == "password":
            yield "below", words.NOTHING_WEAKER.of()
        yield from _unaware(never)

    def _unknown_code(self, key: str, code: str | None) -> Iterator[Misplaced]:
        if code and code not in self.district:
            yield key, MUNICIPALITY_UNKNOWN.of(code=code, or_else="")

    def _not_ours(self, code: MunicipalityCode | None) -> Iterator[Misplaced]:
        yield from self._unknown_code("municipality", code)
        if code is not None and self.only is not None and code != self.only:
            yield "municipality", words.NOT_OURS.of(only=self.only, code=code)


def _unaware(said: Case | Never) -> Iterator[Misplaced]:
    """Times without a zone would be another moment on another machine."""
    for path in _naive(said, ""):
        yield path, words.NO_ZONE.of(path=path)


def _naive(value: Any, path: str) -> Iterator[str]:
    for one in fields(value):
        inner, at = getattr(value, one.name), f"{path}.{one.name}".lstrip(".")
        if isinstance(inner, datetime) and inner.utcoffset() is None:
            yield at
        elif is_dataclass(inner):
            yield from _naive(inner, at)


def _aged(table: Any) -> Any:
    """An age may be written as in the configuration, too; what is none is told with the rest."""
    age = table.get("age") if isinstance(table, dict) else None
    if not isinstance(age, str):
        return table
    try:
        return {**table, "age": parse_age(age)}
    except ValueError:
        return table


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
