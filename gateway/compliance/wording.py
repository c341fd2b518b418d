"""Sentences in both languages, with the values that are in force put in. Pure."""

import string
from collections.abc import Sequence
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
LISTED = 20  # names in one sentence; of more, the number of the others

Value = str | int | timedelta | datetime | Title | Sequence[str]


def said(cs: str, en: str, **values: Value) -> Title:
    """`{name}` in both texts stands for the value of that name, as its language writes it."""
    return Title(
        cs=string.Formatter().vformat(cs, (), _shown(values, Language.CZECH)),
        en=string.Formatter().vformat(en, (), _shown(values, Language.ENGLISH)),
    )


def _shown(values: dict[str, Value], language: Language) -> dict[str, str]:
    return {name: shown(value, language) for name, value in values.items()}


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


def duration(value: timedelta, language: Language) -> str:
    """In the largest unit of which it is a whole number: what is rounded would be another setting."""
    unit, one = next(((unit, one) for unit, one in UNITS if not value % one and value), UNITS[-2])
    return format_unit(value // one, unit, locale=language.value)


def listed(names: Sequence[str], language: Language) -> str:
    kept = list(names[:LISTED])
    more = len(names) - len(kept)
    if more:
        kept.append(f"{more} dalších" if language is Language.CZECH else f"{more} others")
    return format_list(kept, locale=language.value)
