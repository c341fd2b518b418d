"""What is wrong with a policy file, as values: where, what, and how to mend it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Lines and columns count from 1; 0 means the file as a whole."""

    file: Path
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else str(self.file)
        return f"{place}: {self.what}\n    {self.remedy}"


class PoliciesUnusable(Exception):
    """The policies cannot be used as they are. `problems` lists everything that must be mended first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
