"""The value of one fact as people read it: names for identifiers, local times, nothing untranslated. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from config.vocabulary import Action, ApplicationId, Language, Role, SubjectId, technical_account_of
from policies.fact_words import EMPTY, FACT_TITLES, FACTORS, NO, NONE_OF_THEM, OF_VALUES, YES
from policies.model import Text
from policies.moments_said import day_said, moment_said, span_said
from policies.reading import Path
from policies.reasons import ACTION_NAMES, Names

AGES = frozenset({"age", "idle"})
SECONDS = re.compile(r"([0-9]+)s")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    """What identifiers are called. `people`: by subject; who is not among them is shown by the subject."""

    names: Names
    people: Mapping[SubjectId, Text]

    def said(self, raw: Any, path: Path) -> Text:
        return {language: self._said(raw, path, language) for language in Language}

    def _said(self, raw: Any, path: Path, language: Language) -> str:
        if isinstance(raw, dict):
            return self._of(raw, path, language)
        if isinstance(raw, bool):
            return (YES if raw else NO)[language]
        if isinstance(raw, int) and path[-1] in AGES:
            return span_said(timedelta(seconds=raw))
        if isinstance(raw, list):
            return ", ".join(sorted(self._said(one, path, language) for one in raw)) or NONE_OF_THEM[language]
        words = OF_VALUES.get(path, {}).get(str(raw))
        return words[language] if words else str(raw) or EMPTY[language]

    def _of(self, raw: JSON, path: Path, language: Language) -> str:
        match raw:
            case {"action": action}:
                return ACTION_NAMES[action][language]
            case {"__extn": {"arg": str(text)}}:
                return _instant(text, path, language)
            case {"__entity": {"type": kind, "id": name}} | {"type": kind, "id": name}:
                return self._entity(str(kind), str(name), language)
            case _:
                return ", ".join(self._part(name, one, path, language) for name, one in raw.items())

    def _part(self, name: str, raw: Any, path: Path, language: Language) -> str:
        """Of a whole record."""
        within = (*path, name)
        title = FACT_TITLES.get(within)
        return f"{title[language] if title else name}: {self._said(raw, within, language)}"

    def _entity(self, kind: str, name: str, language: Language) -> str:
        where, _, what = name.partition("/")
        if kind == "Office":
            return f"{Role(what).title_in(language)} ({self.names.district.name(where)})"
        if kind == "Resource":
            return f"{self._application(what, language)} ({self.names.district.name(where)})"
        return self._plain(kind, name, language)

    def _plain(self, kind: str, name: str, language: Language) -> str:
        match kind:
            case "Role":
                return Role(name).title_in(language)
            case "Action":
                return ACTION_NAMES[Action(name)][language]
            case "Factor" if name in FACTORS:
                return FACTORS[name][language]
            case "Municipality":
                return self.names.district.name(name)
            case "Application":
                return self._application(name, language)
            case _:
                known = self.people.get(SubjectId(name))
                return known[language] if known else technical_account_of(SubjectId(name)) or name

    def _application(self, name: str, language: Language) -> str:
        title = self.names.applications.get(ApplicationId(name))
        return title[language] if title else name


def _instant(text: str, path: Path, language: Language) -> str:
    """Moments and days as a clock and a calendar here show them; the time of the day as a clock; addresses as they
    are.
    """
    if found := SECONDS.fullmatch(text):
        span = timedelta(seconds=int(found.group(1)))
        return str(span) if path[-1] == "of_day" else span_said(span)
    if DAY.fullmatch(text):
        return day_said(date.fromisoformat(text), language)
    return moment_said(datetime.fromisoformat(text), language) if "T" in text else text
