"""Moments, days and spans as people here read them. Pure; the pages have the same forms for theirs."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from config.vocabulary import Language
from policies.request import LOCAL

CS, EN = Language.CZECH, Language.ENGLISH
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""Not those of `strftime`, which are the machine's."""
ZONES: Mapping[Language, Mapping[timedelta, str]] = {
    CS: {timedelta(hours=1): "SEČ", timedelta(hours=2): "SELČ"},
    EN: {timedelta(hours=1): "CET", timedelta(hours=2): "CEST"},
}
UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)))


def day_said(day: date, language: Language) -> str:
    if language is CS:
        return f"{day.day}. {day.month}. {day.year}"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def moment_said(moment: datetime, language: Language) -> str:
    """To the second, by the clock here, with its zone: an hour in October comes twice."""
    local = moment.astimezone(LOCAL)
    hours = f"{local.hour}:{local:%M:%S}" if language is CS else f", {local:%H:%M:%S}"
    zone = ZONES[language].get(local.utcoffset() or timedelta(), f"UTC{local:%z}")  # as before 1947
    return f"{day_said(local, language)}{' ' if language is CS else ''}{hours} {zone}"


def at_said(moment: datetime, language: Language) -> str:
    """Within a sentence, to the minute: `23. 11. 2026 v 7:00`."""
    local = moment.astimezone(LOCAL)
    at = f"v {local.hour}:{local:%M}" if language is CS else f"at {local:%H:%M}"
    return f"{day_said(local, language)} {at}"


def span_said(span: timedelta) -> str:
    """`8 h 5 min`, in either language; seconds only where there is not a minute."""
    parts, left = [], span
    for unit, length in UNITS:
        count, left = divmod(left, length)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts) or f"{left.seconds} s"
