"""The municipalities of the district in use, from a CSV of codes, names and organisation numbers."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from config.problem import ConfigurationRefused, Problem
from config.vocabulary import MunicipalityCode

COLUMNS = ["code", "name", "ico"]
CODE = re.compile(r"[0-9]{6}\Z")  # ČSÚ code of a municipality
ICO = re.compile(r"[0-9]{8}\Z")


@dataclass(frozen=True, slots=True)
class Municipality:
    code: MunicipalityCode
    name: str
    ico: str
    """Organisation number, empty where unknown."""


class District(Mapping[MunicipalityCode, Municipality]):
    """The municipalities by code, in the order of their names as the list has them."""

    def __init__(self, municipalities: list[Municipality]) -> None:
        self._by_code = MappingProxyType({one.code: one for one in municipalities})

    def __getitem__(self, code: MunicipalityCode) -> Municipality:
        return self._by_code[code]

    def __iter__(self) -> Iterator[MunicipalityCode]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

    def name(self, code: str) -> str:
        """Name for people; the code itself where the district has no such municipality."""
        found = self._by_code.get(MunicipalityCode(code))
        return found.name if found else code


def read_district(path: Path) -> District:
    """Read the list (UTF-8, header `code,name,ico`). Raises ConfigurationRefused naming every bad line."""
    remedy = "write lines as in `588491,Hulín,00287229`: six digits, name, eight digits or nothing"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationRefused(
            [Problem(path, 0, f"the list of municipalities cannot be read: {error}", remedy)]
        ) from error
    rows = list(csv.reader(text.splitlines()))
    if not rows or rows[0] != COLUMNS:
        raise ConfigurationRefused([Problem(path, 1, "the header is not `code,name,ico`", remedy)])
    municipalities: list[Municipality] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for line, row in enumerate(rows[1:], start=2):
        if len(row) != len(COLUMNS) or not CODE.match(row[0]) or not row[1].strip():
            problems.append(Problem(path, line, "not a municipality", remedy))
        elif row[2] and not ICO.match(row[2]):
            problems.append(Problem(path, line, f"organisation number {row[2]!r} has not 8 digits", remedy))
        elif row[0] in seen:
            problems.append(Problem(path, line, f"code {row[0]} stands twice", "delete one of the two lines"))
        else:
            seen.add(row[0])
            municipalities.append(Municipality(MunicipalityCode(row[0]), row[1].strip(), row[2]))
    if problems or not municipalities:
        raise ConfigurationRefused(problems or [Problem(path, 1, "the list is empty", remedy)])
    return District(municipalities)
