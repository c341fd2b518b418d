"""A fault in what an operator wrote: where it stands, what is wrong, and how to mend it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Line and column count from 1. Line 0 means the file as a whole, column 0 the whole line."""

    file: Path
    line: int
    column: int = field(default=0, kw_only=True)
    what: str
    remedy: str
    told_once: bool = field(default=False, kw_only=True, compare=False)
    """Mended at one place, wherever it shows: told with how often it was found."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.what}\n    {self.remedy}"


def together(problems: Iterable[Problem]) -> list[Problem]:
    """In order; what is to be told once stands at its first place."""
    ordered = sorted(problems)
    often = Counter((one.what, one.remedy) for one in ordered if one.told_once)
    told: list[Problem] = []
    for one in ordered:
        count = often.pop((one.what, one.remedy), 0) if one.told_once else 1
        if count == 1:
            told.append(one)
        elif count:
            told.append(replace(one, what=f"{one.what} ({count} places; this is the first)"))
    return told


class ConfigurationRefused(Exception):
    """The configuration has faults; nothing was started and nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
