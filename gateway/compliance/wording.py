"""Sentences in both languages, with the values that are in force put in. Pure."""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from babel.units import format_unit

from config.settings import Title
from config.vocabulary import Language

UNITS = (
    ("duration-day", timedelta(days=1)),
    ("duration-hour", timedelta(hours=1)),
    ("duration-minute", timedelta(minutes=1)),
    ("duration-second", timedelta(seconds=1)),
    ("duration-millisecond", timedelta(milliseconds=1)),
)
CASES: Mapping[str, Mapping[str, tuple[str, str, str]]] = {
    "": {
        "duration-day": ("den", "dny", "dnů"),
        "duration-hour": ("hodinu", "hodiny", "hodin"),
        "duration-minute": ("minutu", "minuty", "minut"),
        "duration-second": ("sekundu", "sekundy", "sekund"),
        "duration-millisecond": ("milisekundu", "milisekundy", "milisekund"),
    },
    "of": {
        "duration-day": ("dne", "dnů", "dnů"),
        "duration-hour": ("hodiny", "hodin", "hodin"),
        "duration-minute": ("minuty", "minut", "minut"),
        "duration-second": ("sekundy", "sekund", "sekund"),
        "duration-millisecond": ("milisekundy", "milisekund", "milisekund"),
    },
    "after": {
        "duration-day": ("dni", "dnech", "dnech"),
        "duration-hour": ("hodině", "hodinách", "hodinách"),
        "duration-minute": ("minutě", "minutách", "minutách"),
        "duration-second": ("sekundě", "sekundách", "sekundách"),
        "duration-millisecond": ("milisekundě", "milisekundách", "milisekundách"),
    },
}
"""Czech: case → unit as it stands with 1, with 2 to 4, and with others. How long: accusative; `of`: genitive, behind
`během` and `do`; `after`: locative, behind `po`."""
EVERY = ("každý", "každou"), "každé", "každých"
LISTED = 20  # names in one sentence; of more, the number of the others

Value = str | int | timedelta | datetime | Title | Sequence[str]


def said(cs: str, en: str, **values: Value) -> Title:
    """`{name}` in both texts stands for the value of that name, as its language writes it. A length of time bends:
    `{name:of}`, `{name:after}`, and in both languages `{name:every}`.
    """
    return Title(
        cs=string.Formatter().vformat(cs, (), _shown(values, Language.CZECH)),
        en=string.Formatter().vformat(en, (), _shown(values, Language.ENGLISH)),
    )


def _shown(values: dict[str, Value], language: Language) -> dict[str, "str | _Length"]:
    return {
        name: _Length(value, language) if isinstance(value, timedelta) else shown(value, language)
        for name, value in values.items()
    }


@dataclass(frozen=True, slots=True)
class _Length:
    value: timedelta
    language: Language

    def __format__(self, case: str) -> str:
        return (
            every(self.value, self.language) if case == "every" else duration(self.value, self.language, case)
        )


def shown(value: Value, language: Language) -> str:
    match value:
        case Title():
            return value.in_language(language)
        case timedelta():
            return duration(value, language)
        case datetime():
            return format_date(value, "d. M. y" if language is Language.CZECH else "d MMM y", locale=language)
        case str():
            return value
        case int():
            return format_decimal(value, locale=language.value)
        case _:
            return listed(value, language)


def duration(value: timedelta, language: Language, case: str = "") -> str:
    """In the largest unit of which it is a whole number: what is rounded would be another setting."""
    number, unit = _in_units(value)
    if language is Language.CZECH:
        return f"{format_decimal(number, locale='cs')} {CASES[case][unit][_form(number)]}"
    return format_unit(number, unit, locale=language.value)


def every(value: timedelta, language: Language) -> str:
    """`každých 10 sekund`, `every 10 seconds`; of one alone without the number."""
    number, unit = _in_units(value)
    one, few, many = EVERY
    if language is Language.CZECH:
        first = one[unit != "duration-day"]
        word, form = ((first, 0), (few, 1), (many, 2))[_form(number)]
        return f"{word} {CASES[''][unit][form]}" if number == 1 else f"{word} {duration(value, language)}"
    told = duration(value, language)
    return f"every {told.partition(' ')[2] if number == 1 else told}"


def _in_units(value: timedelta) -> tuple[int, str]:
    unit, one = next(((unit, one) for unit, one in UNITS if not value % one and value), UNITS[-2])
    return value // one, unit


def _form(number: int) -> int:
    """Which of the three forms of a noun stands with a whole number (CLDR, plurals of `cs`)."""
    return 0 if number == 1 else 1 if 2 <= number <= 4 else 2


def listed(names: Sequence[str], language: Language) -> str:
    kept = list(names[:LISTED])
    more = len(names) - len(kept)
    if more:
        kept.append(f"{more} dalších" if language is Language.CZECH else f"{more} others")
    return format_list(kept, locale=language.value)
