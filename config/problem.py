"""A fault in what an operator wrote: where it stands, what is wrong, and how to mend it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from config.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Shared:
    """What problems of one cause have in common, told once of all of them; English first, then Czech."""

    cause: tuple[str, str]
    called: tuple[str, str]
    """What this one is called among them."""
    about: object = field(default=None, compare=False, repr=False)
    """What whoever made it knows of it."""


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
    czech: tuple[str, str] | None = field(default=None, kw_only=True, compare=False)
    """What and remedy, for people who meet it on a page; None where only commands and the log tell it."""

    shared: Shared | None = field(default=None, kw_only=True, compare=False)
    """None: it has its own cause."""

    def __str__(self) -> str:
        return self._told(self.what, self.remedy)

    def in_languages(self) -> dict[Language, str]:
        what, remedy = self.czech or (self.what, self.remedy)
        return {Language.CZECH: self._told(what, remedy), Language.ENGLISH: str(self)}

    def found_often(self, count: int) -> "Problem":
        """The first of so many places."""
        czech = self.czech and (f"{self.czech[0]} (na {count} místech; toto je první)", self.czech[1])
        return replace(self, what=f"{self.what} ({count} places; this is the first)", czech=czech)

    def _told(self, what: str, remedy: str) -> str:
        return f"{self.place}: {what}\n    {remedy}"

    @property
    def place(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)


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
            told.append(one.found_often(count))
    return told


def by_cause(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Those of one cause together, in the order in which the first of them stands; of no other's cause, alone."""
    groups: dict[object, list[Problem]] = {}
    for number, one in enumerate(problems):
        groups.setdefault((one.shared.cause, one.remedy) if one.shared else number, []).append(one)
    return list(groups.values())


def told(problems: Iterable[Problem], language: Language) -> list[str]:
    """Several of one cause as one paragraph: the cause, what each is called and where it stands, the remedy."""
    czech = language is Language.CZECH
    return [
        group[0].in_languages()[language] if len(group) == 1 else _paragraph(group, czech=czech)
        for group in by_cause(problems)
    ]


def _paragraph(group: Sequence[Problem], *, czech: bool) -> str:
    first = group[0]
    assert first.shared is not None
    remedy = first.czech[1] if czech and first.czech else first.remedy
    lines = [f"{one.place}: {one.shared.called[czech]}" for one in group if one.shared is not None]
    return "\n".join([f"{first.shared.cause[czech]}: {len(group)}", *lines, f"    {remedy}"])


class ConfigurationRefused(Exception):
    """The configuration has faults; nothing was started and nothing was changed."""

    def __init__(self, problems: Sequence[Problem], language: Language = Language.ENGLISH) -> None:
        super().__init__("\n".join(told(problems, language)))
        self.problems = tuple(problems)
