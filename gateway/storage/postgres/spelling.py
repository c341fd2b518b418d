"""Statements in SQLite's spelling, as PostgreSQL and its driver want them.

The differences are few, so one text serves both; what is not listed here is written so that both understand it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MARK = re.compile(r"\?(\d*)")
DIFFERENCES = (
    (re.compile(r"\bjson_array\(([^()]+)\)"), r"CAST(json_build_array(\1) AS text)"),
    (re.compile(r"\bjson_each\(([^()]+)\)"), r"json_array_elements_text(CAST(\1 AS json)) AS listed (value)"),
    (re.compile(r"\bjson_array_length\(([^()]+)\)"), r"json_array_length(CAST(\1 AS json))"),
)


@dataclass(frozen=True, slots=True)
class Spelt:
    text: str
    numbered: bool
    """Values are named by their places (`?1`): one may stand at several."""

    def values(self, given: Sequence[Any]) -> Sequence[Any] | dict[str, Any]:
        return {str(place): value for place, value in enumerate(given, 1)} if self.numbered else given


@lru_cache(maxsize=1024)
def spelt(statement: str) -> Spelt:
    """`statement` without question marks that are no marks."""
    numbered = any(MARK.findall(statement))
    text = statement.replace("%", "%%")
    for there, here in DIFFERENCES:
        text = there.sub(here, text)
    return Spelt(MARK.sub(r"%(\1)s" if numbered else "%s", text), numbered)
