"""A fault in what an operator wrote: where it stands, what is wrong, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Line and column count from 1. Line 0 means the file as a whole, column 0 the whole line."""

    file: Path
    line: int
    column: int = field(default=0, kw_only=True)
    what: str
    remedy: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.what}\n    {self.remedy}"


class ConfigurationRefused(Exception):
    """The configuration has faults; nothing was started and nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
