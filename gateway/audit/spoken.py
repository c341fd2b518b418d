"""Values as people call them, back to what the log keeps: an entry shows `referent` beside `clerk`, so both are found.

A field that has only so many values takes no other: nothing found would be taken for nothing happened.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from babel import Locale

from config.settings import Title
from config.vocabulary import PUBLIC, ROLE_TITLES, Language
from gateway.audit.fields import ANY, IN_ORDER, OUT_OF_ORDER, STATE, UNKNOWN
from gateway.audit.purposes import ROUTINE, ROUTINE_TITLE
from idp.http.ways_of_proof import FACTORS, LEVELS
from policies.reasons import ACTION_NAMES

OTHER, OR = "!", "|"
MUNICIPALITY = re.compile(r"[0-9]{6}\Z")  # ČSÚ code of a municipality
STATUS = re.compile(r"[1-5]([0-9]{2}|xx)\Z")  # RFC 9110 §15
COUNTRY = re.compile(r"[A-Z]{2}\Z")  # ISO 3166-1
Words = Mapping[str, frozenset[str]]
"""What people say, case folded → what the log has for it."""


class NoSuchValue(ValueError):
    """No entry can have this value of the field."""


def _words(titles: Iterable[tuple[str, Iterable[str]]]) -> Words:
    found: dict[str, frozenset[str]] = {}
    for code, names in titles:
        for name in (code, *names):
            found[name.casefold()] = found.get(name.casefold(), frozenset()) | {code}
    return found


def _titled(titles: Mapping[str, Title]) -> Words:
    return _words((code, (title.cs, title.en)) for code, title in titles.items())


ROLES = _words((role.value, names.values()) for role, names in ROLE_TITLES.items())
POSTURES = _words(
    [
        (IN_ORDER, ("v pořádku", "in order")),
        (OUT_OF_ORDER, ("není v pořádku", "out of order")),
        (UNKNOWN, ("není známo", "not known")),
        *((name, ()) for name in STATE),
    ]
)
WORDS: Mapping[str, Words] = {
    "action": _words(
        [
            *((action.value, names.values()) for action, names in ACTION_NAMES.items()),
            (PUBLIC, ("bez přihlášení", "without signing in")),
        ]
    ),
    "level": _titled(LEVELS),
    "factor": _titled(FACTORS),
    "purpose": _titled({ROUTINE: ROUTINE_TITLE}),
}
"""Of fields that have other values too: those stay as they were written."""


@cache
def _countries() -> Words:
    """Made when somebody first asks: two languages are 3 MiB, which is no matter of a start."""
    return _words(
        (code, [Locale(language.value).territories.get(code, code) for language in Language])
        for code in map(str, Locale("en").territories)
        if COUNTRY.match(code)
    )


def _role(text: str) -> frozenset[str]:
    """With or without the code of a municipality, in which somebody has it, before it."""
    where, colon, role = text.rpartition(":")
    if colon and not MUNICIPALITY.match(where.strip()):
        raise NoSuchValue(text)
    return frozenset(f"{where.strip()}{colon}{one}" for one in _one_of(ROLES, role))


def _one_of(words: Words, text: str) -> frozenset[str]:
    try:
        return words[text.strip().casefold()]
    except KeyError:
        raise NoSuchValue(text) from None


def _matching(form: re.Pattern[str], text: str) -> frozenset[str]:
    if not form.match(text):
        raise NoSuchValue(text)
    return frozenset({text})


CLOSED: Mapping[str, Callable[[str], frozenset[str]]] = {
    "role": _role,
    "posture": lambda text: _one_of(POSTURES, text),
    "country": lambda text: _countries().get(text.casefold()) or _matching(COUNTRY, text.upper()),
    "status": lambda text: _matching(STATUS, text.casefold()),
    "municipality": lambda text: _matching(MUNICIPALITY, text),
    "own_municipality": lambda text: _matching(MUNICIPALITY, text),
}
"""Fields that have no other values than these."""

HOW: Mapping[str, Title] = {
    "role": Title(
        cs="Napište roli, třeba starosta, a víte-li kde, před ni kód obce: 588491:starosta.",
        en="Write a role, as mayor, and where you know it the code of the municipality before it: 588491:mayor.",
    ),
    "posture": Title(
        cs=f"Napište v pořádku, není v pořádku, není známo, nebo co v pořádku není: {', '.join(STATE)}.",
        en=f"Write in order, out of order, not known, or what is not in order: {', '.join(STATE)}.",
    ),
    "country": Title(cs="Napište kód nebo název země: SK, Slovensko.", en="Write a country: SK, Slovakia."),
    "status": Title(cs="Napište stav, třeba 404 nebo 5xx.", en="Write a status, as 404 or 5xx."),
    "municipality": Title(
        cs="Napište šestimístný kód obce, třeba 588491.",
        en="Write the municipality's code of six digits, as 588491.",
    ),
    "own_municipality": Title(
        cs="Napište šestimístný kód obce, třeba 588491.",
        en="Write the municipality's code of six digits, as 588491.",
    ),
}
"""What to write where a value cannot be."""


def as_kept(field: str, text: str) -> str:
    """A condition on the field with the log's own words in it. Raises NoSuchValue."""
    other = OTHER if text.startswith(OTHER) else ""
    values = [
        value for one in text.removeprefix(OTHER).split(OR) for value in sorted(_value(field, one.strip()))
    ]
    return other + OR.join(values)


def _value(field: str, text: str) -> frozenset[str]:
    if not text or text.endswith(ANY):
        return frozenset({text})
    if field in CLOSED:
        return CLOSED[field](text)
    if field == "method":
        return frozenset({text.upper()})  # RFC 9110 §9.1: they are written so
    return WORDS.get(field, {}).get(text.casefold(), frozenset({text}))
