"""Moments as people read them: in Prague, with the zone said, in the page's language."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from config.vocabulary import Language

PRAGUE = ZoneInfo("Europe/Prague")

PATTERNS = {
    Language.CZECH: {
        "second": "d. M. y H:mm:ss",
        "minute": "d. M. y H:mm",
        "hour": "H:mm",
        "day": "EEEE d. MMMM y",
        "weekday": "EEEE d. M. y H:mm",
        "date": "d. M. y",
    },
    Language.ENGLISH: {
        "second": "d MMM y, HH:mm:ss",
        "minute": "d MMM y, HH:mm",
        "hour": "HH:mm",
        "day": "EEEE d MMMM y",
        "weekday": "EEEE d MMM y, HH:mm",
        "date": "d MMM y",
    },
}
JUST_NOW = {Language.CZECH: "právě teď", Language.ENGLISH: "just now"}
ZONES = {Language.CZECH: {1: "SEČ", 2: "SELČ"}, Language.ENGLISH: {1: "CET", 2: "CEST"}}


def moment_text(moment: datetime, language: Language, precision: str = "second") -> str:
    """An aware moment in Prague: `23. 11. 2026 9:41:07 SEČ`. Hours, days and dates stand without their zone."""
    local = moment.astimezone(PRAGUE)
    text = format_datetime(local, PATTERNS[language][precision], tzinfo=PRAGUE, locale=language.value)
    if precision in {"hour", "day", "date"}:
        return text
    offset = local.utcoffset() or timedelta()
    return f"{text} {ZONES[language][round(offset / timedelta(hours=1))]}"


def ago_text(moment: datetime, now: datetime, language: Language) -> str:
    """How long ago: `před 5 minutami`, `5 minutes ago`; less than a minute is now."""
    if now - moment < timedelta(minutes=1):
        return JUST_NOW[language]
    return format_timedelta(moment - now, add_direction=True, locale=language.value)


def _language(context: Context) -> Language:
    language = context["language"]
    assert isinstance(language, Language)
    return language


@pass_context
def moment_filter(context: Context, moment: datetime, precision: str = "second") -> Markup:
    """`{{ entry.at | moment }}`: a `time` element."""
    iso = moment.astimezone(PRAGUE).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(
        iso, moment_text(moment, _language(context), precision)
    )


@pass_context
def ago_filter(context: Context, moment: datetime, now: datetime) -> Markup:
    """`{{ session.last_seen | ago(now) }}`."""
    iso = moment.astimezone(PRAGUE).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(iso, ago_text(moment, now, _language(context)))


@pass_context
def number_filter(context: Context, value: float) -> str:
    """`{{ 12345 | number }}`: digits grouped as the language does."""
    return format_decimal(value, locale=_language(context).value)


FILTERS: dict[str, Any] = {"moment": moment_filter, "ago": ago_filter, "number": number_filter}
