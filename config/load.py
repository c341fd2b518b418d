"""Reading the configuration: TOML text → `Settings`, or every fault in it with file, line and remedy."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.consistency import inconsistencies
from config.district import District, read_district
from config.doubt import Finding, touch
from config.files import file_fault
from config.municipalities import with_codes
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.sources import DISK, Accepted, Sources
from config.toml_lines import line_of, lines_of
from config.typed import EXAMPLE, Typing

DAY = re.compile(r"([A-Za-z0-9_-]+)\s*=\s*([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?![0-9-])")
AT_LINE = re.compile(r"at line (\d+)")
A_LIST = "it holds `code,name,ico` for each municipality, as config/examples/kromeriz.csv does"


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """What could be read. Where there are faults, stand-ins take the place of what is wrong; see `sound`."""

    path: Path
    lines: dict[str, int]
    settings: Settings
    district: District | None
    """None: the list of municipalities cannot be used."""
    problems: tuple[Problem, ...]
    faulty: frozenset[str]
    """Paths of the settings that have a fault."""

    def sound(self, *paths: str) -> bool:
        """Whether none of these settings, nor anything in them or around them, has a fault."""
        return not any(touch(path, fault) for path in paths for fault in self.faulty)

    def problem(self, at: str, what: str, remedy: str) -> Problem:
        return _problem(self.path, self.lines, (at, what, remedy))


def load(path: Path) -> tuple[Settings, District]:
    """Read and check everything that needs no more than the files. Raises ConfigurationRefused."""
    reading = read(path)
    if reading.problems or reading.district is None:
        raise ConfigurationRefused(reading.problems)
    return reading.settings, reading.district


def accepted(path: Path, sources: Accepted) -> tuple[Settings, District]:
    """What `load` gave when it was accepted. What has become since of other files that it names, their users tell."""
    settings = parse(sources.text(path), path)
    district = read_district(settings.office.district, sources)
    return with_codes(settings, district), district


def read(path: Path, sources: Sources = DISK) -> LoadedSettings:
    """Everything that can be found out about the file and what it names. Raises only where it is no TOML."""
    text = _text(path, sources)
    settings, lines, typed = _typed(text, path)
    doubtful = frozenset(typed.doubtful)
    found = list(typed.findings)
    district: District | None = None
    problems: list[Problem] = []
    if "office" not in doubtful and "office.district" not in doubtful:
        missing = file_fault(settings.office.district)
        if missing is not None:
            found.append(("office.district", missing[0], f"{missing[1]}; {A_LIST}"))
        else:
            try:
                district = read_district(settings.office.district, sources)
            except ConfigurationRefused as refused:
                problems += refused.problems
    found += inconsistencies(settings, district, doubtful, lines)
    faulty = doubtful | {at for at, _, _ in found}
    own = sorted((_problem(path, lines, one) for one in found), key=lambda problem: problem.line)
    if district is not None:
        settings = with_codes(settings, district)
    return LoadedSettings(path, lines, settings, district, (*own, *problems), faulty)


def parse(text: str, path: Path) -> Settings:
    """Types, units, unknown and missing keys; relative paths start at `path`. Raises ConfigurationRefused."""
    settings, lines, typed = _typed(text, path)
    if typed.findings:
        raise ConfigurationRefused([_problem(path, lines, one) for one in typed.findings])
    return settings


def _text(path: Path, sources: Sources) -> str:
    try:
        return sources.text(path)
    except OSError as error:
        remedy = "name the configuration with --config, and let this user read it"
        raise ConfigurationRefused([Problem(path, 0, f"cannot be read: {error.strerror}", remedy)]) from error
    except UnicodeDecodeError as error:
        raise ConfigurationRefused(
            [Problem(path, 0, "cannot be read: it is not text in UTF-8", "save it as UTF-8")]
        ) from error


def _typed(text: str, path: Path) -> tuple[Settings, dict[str, int], Typing]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = AT_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1  # "at end of document"
        what, remedy = _no_day(text.split("\n")[line - 1]) or (f"not valid TOML: {error}", EXAMPLE)
        raise ConfigurationRefused([Problem(path, line, what, remedy)]) from error
    typed = Typing(path.resolve().parent)
    settings, lines = typed.settings(raw), lines_of(text)
    for written, meant in typed.meant.items():
        within = [one for one in lines if touch(one, written) and len(one) >= len(written)]
        lines |= {meant + one[len(written) :]: lines[one] for one in within}
    return settings, lines, typed


def _no_day(line: str) -> tuple[str, str] | None:
    """TOML ends a day that does not exist in the middle, and complains of what follows."""
    for key, written in DAY.findall(line):
        try:
            date.fromisoformat(written)
        except ValueError:
            return (
                f"{key}: {written} is not a day of the calendar",
                "write it as 2026-11-23: year, month, day",
            )
    return None


def _problem(path: Path, lines: dict[str, int], finding: Finding) -> Problem:
    at, what, remedy = finding
    return Problem(path, line_of(at, lines), f"{at}: {what}", remedy)
