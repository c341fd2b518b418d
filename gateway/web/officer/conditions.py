"""What is asked of the log, in the words of its filters: by names of an address, or as an incident keeps a search;
and what an incident keeps of a closure.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from config.settings import Title
from config.vocabulary import Language, Role
from gateway.audit.entry import Code
from gateway.audit.field_titles import title_of
from gateway.audit.spoken import OR, OTHER
from gateway.web.entered import MomentUnreadable, entered_since
from gateway.web.officer.kinds import KINDS, OUTCOMES
from gateway.web.officer.names import Names
from idp.http.moments import PRAGUE, moment_text
from policies.incident_words import KIND_WORDS

TEXT = Title(cs="Text kdekoli v záznamu", en="Text anywhere in the entry")
SINCE = Title(cs="Od", en="From")
TITLES: Mapping[str, Title] = {
    "q": TEXT,
    "text": TEXT,
    "codes": title_of("code"),
    "hour_from": Title(cs="Každý den od", en="Each day from"),
    "hour_to": Title(cs="Každý den do", en="Each day until"),
    "hours": Title(cs="Každý den", en="Each day"),
    "mb_from": Title(cs="Přeneseno nejméně (MB)", en="Moved at least (MB)"),
    "mb_to": Title(cs="Přeneseno nejvýše (MB)", en="Moved at most (MB)"),
    "bytes_from": Title(cs="Přeneseno nejméně (bajtů)", en="Moved at least (bytes)"),
    "bytes_to": Title(cs="Přeneseno nejvýše (bajtů)", en="Moved at most (bytes)"),
    "having": Title(cs="Pole záznamu", en="Fields of the entry"),
    "within": Title(cs="Jen co se týká obce", en="Only what concerns the municipality"),
    "without_reading_of": Title(
        cs="Bez vlastního čtení těchto stránek, osoba", en="Without own reading of these pages, of"
    ),
    "counted": Title(cs="Jak počítá přehled", en="As the overview counts"),
}
FLAGS: Mapping[str, Title] = {
    "crossing": Title(
        cs="Jen kde osoba jednala za jinou obec, než které jsou data",
        en="Only where the person acted for another municipality than that of the data",
    ),
    "technical": Title(
        cs="I požadavky, které se netýkají žádné aplikace", en="Also requests that concern no application"
    ),
    "without_technical": Title(
        cs="Bez požadavků, které se netýkají žádné aplikace",
        en="Without requests that concern no application",
    ),
    "without_own": Title(
        cs="Bez mého vlastního čtení těchto stránek", en="Without my own reading of these pages"
    ),
}
"""Conditions that stand or do not."""
UNTIL = Title(cs="Do (včetně)", en="To (included)")
BEFORE = Title(cs="Do (bez toho)", en="Before")
COUNTED: Mapping[str, Title] = {
    "let_through": Title(cs="propuštěno", en="let through"),
    "refused": Title(cs="zamítnuto", en="refused"),
}
OTHER_THAN = Title(cs="jiné než", en="other than")
ASKED_AGAIN = {"text": "q", "codes": "code"} | {
    name: name
    for name in (
        *("person", "municipality", "own_municipality", "application", "action", "outcome", "session"),
        *("request_id", "reason", "rule", "policy_version", "address", "counted", "since", "until"),
        *("without_technical",),
    )
}
"""Of a search that is kept: condition → filter that asks for the same."""


def conditions_shown(given: Mapping[str, str], names: Names, language: Language) -> list[tuple[str, str]]:
    """Each condition that stands by its title, with its value in words; a flag has none."""
    return [
        shown
        for name, text in given.items()
        for shown in (_shown(name, text, names, language),)
        if shown is not None
    ]


def _shown(name: str, text: str, names: Names, language: Language) -> tuple[str, str] | None:
    if name in FLAGS:
        return (FLAGS[name].in_language(language), "") if text != "0" else None
    if name in ("since", "until"):
        title, value = _moment(name, text, language)
        return title.in_language(language), value
    title = TITLES.get(name) or title_of(name)
    return title.in_language(language), _value(name, text, names, language)


def _moment(name: str, text: str, language: Language) -> tuple[Title, str]:
    """As filters have it, in Prague and with its last minute, or as a search is kept: with its zone, and exclusive."""
    try:
        kept = datetime.fromisoformat(text)
        if kept.tzinfo is not None:
            return SINCE if name == "since" else BEFORE, moment_text(kept, language, "minute")
        entered = entered_since(text)
    except (ValueError, MomentUnreadable):
        entered = None
    title = SINCE if name == "since" else UNTIL
    precision = "date" if len(text.strip()) == len("2026-11-23") else "minute"
    return title, text if entered is None else moment_text(entered, language, precision)


def _value(name: str, text: str, names: Names, language: Language) -> str:
    if name in ("code", "codes"):
        codes = text.split(OR) if name == "code" else text.split()
        return ", ".join(KINDS[Code(one)].in_language(language) if _known(one) else one for one in codes)
    if name == "person":
        return text.removeprefix("=")
    if name == "counted" and text in COUNTED:
        return COUNTED[text].in_language(language)
    if name == "without_reading_of":
        return text
    other = f"{OTHER_THAN.in_language(language)} " if text.startswith(OTHER) else ""
    return other + ", ".join(_word(name, one, names, language) for one in text.removeprefix(OTHER).split(OR))


def _known(code: str) -> bool:
    return any(code == one.value for one in KINDS)


def _word(name: str, text: str, names: Names, language: Language) -> str:
    if name == "outcome":
        found = next((title for one, title in OUTCOMES.items() if one.value == text), None)
        return found.in_language(language) if found else text
    if name == "reason":
        reason = names.reasons.name(text)
        return reason.in_language(language) if reason else text
    return names.of("municipality" if name == "within" else name, text, language)


def asked_again(kept: Mapping[str, str]) -> str:
    """The address of the log for a search as an incident keeps it; empty where no filter says all of it."""
    if not set(kept) <= set(ASKED_AGAIN):
        return ""
    given = dict(_filters(kept))
    if "without_technical" not in kept:
        given["technical"] = "1"
    return "/log?" + urlencode(given)


def _filters(kept: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, text in kept.items():
        match name:
            case "without_technical":
                continue
            case "codes":
                yield "code", OR.join(text.split())
            case "since":
                yield name, f"{datetime.fromisoformat(text).astimezone(PRAGUE):%Y-%m-%dT%H:%M}"
            case "until":
                last = datetime.fromisoformat(text) - timedelta(minutes=1)
                yield name, f"{last.astimezone(PRAGUE):%Y-%m-%dT%H:%M}"
            case _:
                yield ASKED_AGAIN[name], text


def closure_said(what: str, names: Names, language: Language) -> str:
    """What the incident switch closed, as an incident keeps it: `application map`."""
    kind, _, target = what.partition(" ")
    words = KIND_WORDS.get(kind)
    if words is None:
        return what
    named = [_target(kind, one, names, language) for one in target.split("/") if one]
    return ": ".join([words.name[language], ", ".join(named)] if named else [words.name[language]])


def _target(kind: str, target: str, names: Names, language: Language) -> str:
    if kind == "role":
        return Role(target).title_in(language) if target in list(Role) else target
    of = names.of("application", target, language)
    return of if of != target else names.of("municipality", target, language)
