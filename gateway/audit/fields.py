"""What an entry can be asked for besides its columns: the facts among its details, each under one name.

A field has no value, one or several. Who adds a detail that officers will look for adds a line here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from gateway.audit.canonical import TEXTS

ANY = "*"
"""As a value: the field says something. At the end of one: what begins so."""
LONGEST = 120  # characters of a value that are compared: more of a path tells nobody more

FACTS = "facts"
"""Detail: what else a decision rested on (`rested_on`)."""
_Facts = tuple[tuple[str, str], ...]


class Told(Protocol):
    """An entry, or what was quickly read of one."""

    @property
    def code(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def details(self) -> Mapping[str, Any]: ...


DETAILS: Mapping[str, tuple[str, ...]] = {
    "method": ("method",),
    "path": ("path",),
    "host": ("host",),
    "route": ("route",),
    "grant": ("grant",),
    "level": ("acr",),
    "factor": ("amr", "factor"),
    "node": ("node",),
    "device": ("device",),
    "country": ("country",),
    "ticket": ("number",),
    "purpose": ("purpose",),
    "agenda": ("agenda",),
    "activity_role": ("activity_role",),
    "by": ("by", "by_subject"),
    "of": ("of", "of_subject"),
    "request": ("request",),
    "form": ("form",),
    "why": ("why",),
    "author": ("author",),
    "approver": ("approver",),
    "changed": ("changed",),
    "difference": ("difference",),
    "finding": ("finding",),
    "valid_until": ("until",),
}
"""Field → details whose values are its own."""

OF_FACTS: Mapping[str, tuple[str, ...]] = {
    "country": ("country",),
    "ticket": ("ticket", "number"),
    "purpose": ("purpose",),
    "agenda": ("agenda",),
    "activity_role": ("activity_role",),
    "network": ("networks",),
    "in_place_of": ("delegation", "by"),
    "device": ("device", "id"),
    "os": ("device", "os"),
    "os_version": ("device", "os_version"),
    "owner": ("device", "owner"),
}
"""Field → where its value stands among the facts that a decision rested on ."""

STATE = (
    "managed",
    "fresh",
    "disk_encrypted",
    "firewall",
    "updates_installed",
    "screen_lock",
    "antivirus",
    "agent",
)
"""What is known of a device's state; each may be in order or not."""
OUT_OF_ORDER, IN_ORDER, UNKNOWN = "out_of_order", "in_order", "unknown"


ROLES = ("roles", "role", "gained", "lost")
NAMED_BY: Mapping[str, tuple[str, ...]] = {
    key: tuple(name for name, keys in {**DETAILS, "role": ROLES}.items() if key in keys)
    for key in {key for keys in DETAILS.values() for key in keys} | set(ROLES)
}
"""Detail → the fields that its values are of."""


def values_in(name: str, text: str) -> tuple[str, ...]:
    """What one text of a field's details says: of a role (`588491:mayor`) in which municipality, and by itself."""
    if not text:
        return ()
    return (text, text.rpartition(":")[2]) if name == "role" and ":" in text else (text,)


def _status(told: Told) -> Iterator[str]:
    status = told.details.get("status")
    if type(status) is int and status > 0:
        yield str(status)
        yield f"{status // 100}xx"


def _of_details(name: str) -> Callable[[Told], Iterator[str]]:
    keys = ROLES if name == "role" else DETAILS.get(name, ())

    def found(told: Told) -> Iterator[str]:
        for key in keys:
            for text in _texts(told.details.get(key)):
                yield from values_in(name, text)
        if name in _BY_FACTS:
            yield from (value for field, value in facts_of(told) if field == name)

    return found


def _of_column(name: str) -> Callable[[Told], Iterator[str]]:
    def found(told: Told) -> Iterator[str]:
        if value := str(getattr(told, name)):
            yield value

    return found


_BY_FACTS = frozenset({*OF_FACTS, "posture"})
COLUMNS = ("code", "outcome", *TEXTS)
FURTHER = ("role", "status", "posture", *dict.fromkeys([*DETAILS, *OF_FACTS]))
"""Fields that no column has."""
FIELDS: Mapping[str, Callable[[Told], Iterator[str]]] = {
    **{name: _of_column(name) for name in COLUMNS},
    **{name: _of_details(name) for name in FURTHER},
    "status": _status,
}
"""Field → its values in an entry."""


def values_of(name: str, told: Told) -> list[str]:
    return [value[:LONGEST] for value in FIELDS[name](told)]


def facts_of(told: Told) -> _Facts:
    """Fields and values among the facts that a decision rested on."""
    text = told.details.get(FACTS)
    return facts_read(text) if isinstance(text, str) and text else ()


@lru_cache(maxsize=512)  # what is known of people repeats
def facts_read(text: str) -> _Facts:
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(known, dict):
        return ()
    found = [(name, value) for name, way in OF_FACTS.items() for value in _said(_at(known, way))]
    found += [("posture", value) for value in _posture(known.get("device"))]
    return tuple(found)


def _posture(device: object) -> Iterator[str]:
    """What is not in order, by name; and whether anything is not, or all is known to be."""
    if not isinstance(device, dict):
        return
    wrong = [name for name in STATE if device.get(name) is False]
    yield from wrong
    known = all(device.get(name) is True for name in STATE)
    yield OUT_OF_ORDER if wrong else IN_ORDER if known else UNKNOWN


def _at(known: Mapping[str, Any], way: tuple[str, ...]) -> object:
    value: object = known
    for name in way:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _said(value: object) -> list[str]:
    """Numbers too."""
    return [str(value)] if type(value) is int else _texts(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []


def moved(told: Told) -> int | None:
    """Bytes that a request moved in both directions; None where the entry tells of none."""
    both = [told.details[name] for name in ("bytes_in", "bytes_out") if type(told.details.get(name)) is int]
    return sum(both) if both else None


def carried(told: Told) -> int:
    """Bytes of a request, or of a connection through a tunnel, in both directions."""
    # the index beside the log has sizes of requests alone
    names = ("bytes_in", "bytes_out", "bytes_sent", "bytes_received")
    return sum(value for name in names if type(value := told.details.get(name)) is int)
