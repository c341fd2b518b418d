"""What else a decision rested on, as people read it: each fact by its name, words instead of codes.

Out of the text that the entry keeps, fact by fact, so that one which only another version knows hides no other.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.vocabulary import Language, Role
from gateway.audit.entry import Entry
from gateway.audit.fields import FACTS, OF_FACTS, STATE
from policies.fact_words import FACT_TITLES, NO, NONE_OF_THEM, NOT_KNOWN, YES
from policies.model import Text
from policies.moments_said import day_said, moment_said
from policies.reading import Path

CS, EN = Language.CZECH, Language.ENGLISH
CONTEXT, PLACE, PRINCIPAL = ("context",), ("context", "place"), ("principal",)
BELONGS: Mapping[str, Path] = {
    **dict.fromkeys(("country", "tunnel", "protocol", "impossible_travel", "networks"), PLACE),
    **dict.fromkeys(("activity_roles", "employed_since", "employed_until", "departments"), PRINCIPAL),
    "department": ("resource",),
}
"""Fact → where policies have it, if not among the circumstances."""
NAMED_HERE: Mapping[Path, Text] = {
    ("context", "device", "id"): {CS: "označení zařízení", EN: "name of the device"},
    ("context", "device", "reported_at"): {CS: "zařízení se hlásilo", EN: "the device reported"},
    ("context", "emergency", "asked_at"): {CS: "nouzový přístup od", EN: "emergency access since"},
    ("context", "emergency", "application"): {
        CS: "aplikace nouzového přístupu",
        EN: "application of the emergency access",
    },
    ("context", "emergency", "justification"): {
        CS: "odůvodnění nouzového přístupu",
        EN: "why emergency access was asked for",
    },
}
"""What policies have otherwise: as an age, not at all, or by a name that another fact beside it makes clear."""
FIELDS: Mapping[Path, str] = {way: field for field, way in OF_FACTS.items()}

Named = Callable[[str, str], str]
"""Of a municipality, application or action: the field, its value → what it is called."""


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    """As policies write it, or the record keeps it."""
    title: str
    value: str
    filter: str = ""
    """Of the log, that finds others with the same; with `kept`."""
    kept: str = ""


def facts_shown(entry: Entry, language: Language, named: Named) -> tuple[Fact, ...]:
    """Nothing where the entry keeps none, or keeps them as nobody can read them."""
    try:
        known = json.loads(str(entry.details.get(FACTS, "")))
    except (ValueError, RecursionError):
        return ()
    if not isinstance(known, dict):
        return ()
    return tuple(_Words(language, named).facts(known))


@dataclass(frozen=True, slots=True)
class _Words:
    language: Language
    named: Named

    def facts(self, known: Mapping[str, Any]) -> Iterator[Fact]:
        for name, value in sorted(known.items()):
            if not isinstance(value, dict):
                yield self._fact((name,), value)
                continue
            yield from (self._fact((name, part), one) for part, one in sorted(value.items()))
            if name == "device":
                yield from (self._unknown((name, part)) for part in STATE if part not in value)

    def _fact(self, way: Path, value: Any) -> Fact:
        kept = str(value) if type(value) in (str, int) and way in FIELDS else ""
        path = _path(way)
        return Fact(
            ".".join(path),
            self._title(path),
            self._said(way, value),
            FIELDS.get(way, "") if kept else "",
            kept,
        )

    def _unknown(self, way: Path) -> Fact:
        path = _path(way)
        return Fact(".".join(path), self._title(path), NOT_KNOWN[self.language])

    def _title(self, path: Path) -> str:
        found = NAMED_HERE.get(path) or FACT_TITLES.get(path)
        return found[self.language] if found else ""

    def _said(self, way: Path, value: Any) -> str:
        match value:
            case bool():
                return (YES if value else NO)[self.language]
            case list():
                return ", ".join(self._said(way, one) for one in value) or NONE_OF_THEM[self.language]
            case dict():
                return " ".join(
                    self._said((*way, name), one) for name, one in sorted(value.items(), reverse=True)
                )
            case str():
                return self._text(way[-1], value)
            case _:
                return str(value)

    def _text(self, name: str, text: str) -> str:
        match name:
            case "roles":
                return Role(text).title_in(self.language) if text in list(Role) else text
            case "actions":
                return self.named("action", text)
            case "application" | "municipality":
                return self.named(name, text)
            case "since" | "until" | "asked_at" | "reported_at":
                return self._moment(text)
            case "employed_since" | "employed_until":
                return self._day(text)
            case _:
                return text

    def _moment(self, text: str) -> str:
        try:
            return moment_said(datetime.fromisoformat(text), self.language)
        except ValueError:
            return text

    def _day(self, text: str) -> str:
        try:
            return day_said(date.fromisoformat(text), self.language)
        except ValueError:
            return text


def _path(way: Path) -> Path:
    return (*BELONGS.get(way[0], CONTEXT), *way)
