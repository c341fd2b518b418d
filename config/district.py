"""The municipalities of the district in use, from a CSV of codes, names and organisation numbers."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from config.problem import ConfigurationRefused, Problem
from config.sources import DISK, Sources
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

    def code_of(self, written: str) -> MunicipalityCode | None:
        """Of a code, or of an organisation number that exactly one municipality has; None for anything else."""
        if written in self._by_code:
            return MunicipalityCode(written)
        found = [one.code for one in self._by_code.values() if one.ico and one.ico == written]
        return found[0] if len(found) == 1 else None

    def found(self, written: str) -> MunicipalityCode | None:
        """The same for people, who may write a name too, if just one municipality has it."""
        named = self.called(written)
        return self.code_of(written.strip()) or (named[0] if len(named) == 1 else None)

    def called(self, written: str) -> list[MunicipalityCode]:
        """All that have this name, in any case."""
        wanted = written.strip().casefold()
        return [one.code for one in self._by_code.values() if one.name.casefold() == wanted]

    def name(self, code: str) -> str:
        """Name for people; the code itself where the district has no such municipality."""
        found = self._by_code.get(MunicipalityCode(code))
        return found.name if found else code


def _is_name(text: str) -> bool:
    """Without line breaks: an unclosed quotation mark makes one name of the rest of the list."""
    return bool(text.strip()) and text.isprintable()


def read_district(path: Path, sources: Sources = DISK) -> District:
    """Read the list (UTF-8, header `code,name,ico`). Raises ConfigurationRefused naming every bad line."""
    remedy = "write lines as in `588491,Hulín,00287229`: six digits, name, eight digits or nothing"
    try:
        text = sources.text(path)
        reader = csv.reader(StringIO(text))
        rows = [(reader.line_num, row) for row in reader]
    except (OSError, ValueError, csv.Error) as error:  # ValueError: bytes that are not UTF-8, NUL in the path
        raise ConfigurationRefused(
            [Problem(path, 0, f"the list of municipalities cannot be read: {error}", remedy)]
        ) from error
    if not rows or rows[0][1] != COLUMNS:
        raise ConfigurationRefused([Problem(path, 1, "the header is not `code,name,ico`", remedy)])
    municipalities: list[Municipality] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for line, row in rows[1:]:
        if len(row) != len(COLUMNS) or not CODE.match(row[0]) or not _is_name(row[1]):
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
