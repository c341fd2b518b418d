"""Parameters of forms: what may be written into each, as it is kept, as Cedar reads it, and as people do."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from config.vocabulary import ROLE_TITLES, Action, ApplicationId, Language, NetworkName, Role
from policies.level_words import LEVEL_TITLES
from policies.model import Text
from policies.reasons import ACTION_TITLES, CS, EN

Kind = Literal[
    "roles",
    "applications",
    "actions",
    "networks",
    "countries",
    "days",
    "hour",
    "date",
    "level",
    "number",
    "yes_no",
]
Value = str | int | bool | list[str] | list[int]
"""As it is kept: JSON."""
DAYS: dict[int, Text] = {
    number: {CS: czech, EN: english}
    for number, (czech, english) in enumerate(
        (
            ("pondělí", "Monday"),
            ("úterý", "Tuesday"),
            ("středa", "Wednesday"),
            ("čtvrtek", "Thursday"),
            ("pátek", "Friday"),
            ("sobota", "Saturday"),
            ("neděle", "Sunday"),
        ),
        1,
    )
}
LEVELS: dict[int, Text] = {level: words for level, words in LEVEL_TITLES.items() if level > 1}
"""What may be demanded: every sign-in has the weakest."""
YES_NO: dict[bool, Text] = {True: {CS: "ano", EN: "yes"}, False: {CS: "ne", EN: "no"}}
COUNTRY, NAME = re.compile(r"[A-Z]{2}"), re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    kind: Kind
    label_cs: str
    label_en: str
    least: int = 0
    most: int = 0
    after: str = ""
    """It is more than that other one."""
    not_before: str = ""
    """It is no less than that other one."""
    yes_cs: str = ""
    yes_en: str = ""
    no_cs: str = ""
    no_en: str = ""
    """What a sentence says of a box that is ticked, or is not."""
    preset: bool = False
    """A box that is ticked where nobody has filled in anything yet."""
    not_for: tuple[Role, ...] = ()
    """A box that is not ticked for these."""

    @property
    def label(self) -> Text:
        return {CS: self.label_cs, EN: self.label_en}

    @property
    def yes(self) -> Text:
        return {CS: self.yes_cs, EN: self.yes_en}

    @property
    def no(self) -> Text:
        return {CS: self.no_cs, EN: self.no_en}


@dataclass(frozen=True, slots=True)
class Offered:
    """What there is to choose from in this district. None: whatever is written."""

    applications: Mapping[ApplicationId, Text] | None = None
    networks: Collection[NetworkName] | None = None


ANYTHING = Offered()


class Unfit(ValueError):
    """Not what the parameter takes; says what it takes."""

    def __init__(self, czech: str, english: str) -> None:
        super().__init__(english)
        self.message: Text = {CS: czech, EN: english}


def _several(known: Collection[Any], raw: Any) -> list[Any]:
    """In the order of those that are known, each once."""
    wanted = [raw] if isinstance(raw, str | int) else list(raw) if isinstance(raw, Iterable) else []
    if not wanted:
        raise Unfit("Vyberte alespoň jednu možnost.", "Choose at least one.")
    texts = {str(one): one for one in known}
    if any(str(one) not in texts for one in wanted):
        raise Unfit("Vyberte z nabídky.", "Choose one of those offered.")
    chosen = {str(one) for one in wanted}
    return [one for text, one in texts.items() if text in chosen]


def _named(pattern: re.Pattern[str], known: Collection[str] | None, raw: Any) -> list[str]:
    wanted = [raw] if isinstance(raw, str) else list(raw) if isinstance(raw, Iterable) else []
    texts = sorted({str(one).strip() for one in wanted} - {""})
    if not texts:
        raise Unfit("Vyberte alespoň jednu možnost.", "Choose at least one.")
    if any(not pattern.fullmatch(one) or (known is not None and one not in known) for one in texts):
        raise Unfit("Vyberte z nabídky.", "Choose one of those offered.")
    return texts


def _number(least: int, most: int, raw: Any) -> int:
    text = str(raw).strip()
    if isinstance(raw, bool) or not re.fullmatch(r"[0-9]{1,6}", text) or not least <= int(text) <= most:
        raise Unfit(f"Napište číslo od {least} do {most}.", f"Write a number from {least} to {most}.")
    return int(text)


def _date(raw: Any) -> str:
    try:
        return date.fromisoformat(str(raw).strip()).isoformat()
    except ValueError as error:
        raise Unfit("Napište den, například 2026-12-24.", "Write a day, as 2026-12-24.") from error


def _yes_no(raw: Any) -> bool:
    found = {"true": True, "yes": True, "on": True, "false": False, "no": False, "none": False}.get(
        str(raw).lower()
    )
    if found is None:
        raise Unfit("Zvolte ano, nebo ne.", "Choose yes or no.")
    return found


READ: Mapping[Kind, Callable[[Parameter, Any, Offered], Value]] = {
    "roles": lambda _, raw, __: [str(one) for one in _several(list(Role), raw)],
    "actions": lambda _, raw, __: [str(one) for one in _several(list(Action), raw)],
    "applications": lambda _, raw, offered: _named(NAME, offered.applications, raw),
    "networks": lambda _, raw, offered: _named(NAME, offered.networks, raw),
    "countries": lambda _, raw, __: _named(COUNTRY, None, raw),
    "days": lambda _, raw, __: _several(list(DAYS), raw),
    "hour": lambda _, raw, __: _number(0, 24, raw),
    "date": lambda _, raw, __: _date(raw),
    "level": lambda _, raw, __: _number(2, 3, raw),
    "number": lambda of, raw, __: _number(of.least, of.most, raw),
    "yes_no": lambda _, raw, __: _yes_no(raw),
}


def _entities(kind: str) -> Callable[[Any], str]:
    return lambda value: "[" + ", ".join(f'{kind}::"{one}"' for one in value) + "]"


CEDAR: Mapping[Kind, Callable[[Any], str]] = {
    "roles": _entities("Role"),
    "actions": _entities("Action"),
    "applications": _entities("Application"),
    "networks": _entities("Network"),
    "countries": lambda value: "[" + ", ".join(f'"{one}"' for one in value) + "]",
    "days": lambda value: "[" + ", ".join(map(str, value)) + "]",
    "hour": str,
    "date": lambda value: f'datetime("{value}")',
    "level": str,
    "number": str,
    "yes_no": json.dumps,
}

TITLES: Mapping[Kind, Mapping[Any, Text]] = {
    "roles": {str(role): titles for role, titles in ROLE_TITLES.items()},
    "actions": {str(action): titles for action, titles in ACTION_TITLES.items()},
    "days": DAYS,
    "level": LEVELS,
    "yes_no": YES_NO,
}
"""What people read in the place of a value; what is not here stands as it is."""


CHOSEN: frozenset[Kind] = frozenset({"roles", "applications", "actions", "networks", "days"})
"""Kinds of which some are ticked."""


def read_value(of: Parameter, raw: Any, offered: Offered = ANYTHING) -> Value:
    """As it is kept. What was not sent of a box to be ticked was not ticked. Raises Unfit."""
    if of.kind != "yes_no" and raw in (None, "", []):
        if of.kind in CHOSEN:
            raise Unfit("Vyberte alespoň jednu možnost.", "Choose at least one.")
        raise Unfit("Vyplňte toto pole.", "Fill in this field.")
    return READ[of.kind](of, raw, offered)


def in_cedar(of: Parameter, value: Value) -> str:
    return CEDAR[of.kind](value)


def day_said(day: date, language: Language) -> str:
    return f"{day.day}. {day.month}. {day.year}" if language is CS else day.isoformat()


def shown(of: Parameter, value: Value, language: Language, offered: Offered = ANYTHING) -> str:
    titles: Mapping[Any, Text] = (
        offered.applications or {} if of.kind == "applications" else TITLES.get(of.kind, {})
    )
    if of.kind == "date":
        return day_said(date.fromisoformat(str(value)), language)
    values = value if isinstance(value, list) else [value]
    return ", ".join(titles[one][language] if one in titles else str(one) for one in values)


def choices(of: Parameter, offered: Offered = ANYTHING) -> list[tuple[str, Text]] | None:
    """Value and title of each; None: something is to be written."""
    if of.kind == "applications":
        return [(str(one), title) for one, title in (offered.applications or {}).items()]
    if of.kind == "networks":
        return [(str(one), {CS: str(one), EN: str(one)}) for one in sorted(offered.networks or ())]
    if of.kind not in TITLES:
        return None
    return [
        (json.dumps(one) if of.kind == "yes_no" else str(one), text) for one, text in TITLES[of.kind].items()
    ]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong in one field of a form."""

    name: str
    message: Text = field(compare=False)
