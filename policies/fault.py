"""What is wrong with what somebody wrote, and how to mend it, in each language. Czech first.

The sentences stand in tables (`review_words`, `case_words`). What others say in English, Cedar's parser and validator
among them, is quoted as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.problem import Problem
from config.vocabulary import Language
from policies.model import Text

CS, EN = Language.CZECH, Language.ENGLISH
Hole = Text | str | int
QUOTES = "hlásí: "
"""Before what others say in English, in a Czech sentence of ours that ends with it."""


@dataclass(frozen=True, slots=True)
class Fault:
    what: Text
    remedy: Text

    def at(self, file: Path, line: int, column: int = 0, *, told_once: bool = False) -> Problem:
        return Problem(
            file,
            line,
            self.what[EN],
            self.remedy[EN],
            column=column,
            told_once=told_once,
            czech=(self.what[CS], self.remedy[CS]),
        )


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences of a fault, with holes as `{name}`."""

    what: Text
    remedy: Text

    def of(self, **holes: Hole) -> Fault:
        """Whatever a hole is filled with stands there as it is; a text, in the language of its sentence."""
        return Fault(filled(self.what, holes), filled(self.remedy, holes))


def filled(sentence: Text, holes: Mapping[str, Hole]) -> Text:
    return {
        language: text.format_map(
            {name: one[language] if isinstance(one, dict) else one for name, one in holes.items()}
        )
        for language, text in sentence.items()
    }


def quoted(told: str) -> tuple[str, str, str]:
    """A problem as it is told in Czech: what is ours, what is quoted in English or nothing, the remedy."""
    before, begins, rest = told.partition(QUOTES)
    theirs, ends, remedy = rest.rpartition("\n    ")
    return (before + begins, theirs, ends + remedy) if begins else (told, "", "")
