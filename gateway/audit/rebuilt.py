"""An entry's canonical bytes, put together from its columns: to write them, or to tell that they are what they say.

Most of an entry repeats from one to the next, so its pieces are remembered as they are written; of the details the
shape is known that an entry like it had. It is quick and says yes or nothing: whatever is unusual is written, or read,
by `canonical`. Pure.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from gateway.audit.brought import PLACES, TOLD, Brought, listed
from gateway.audit.canonical import VERSION, Detail, time_text
from gateway.audit.entry import Outcome, code_of
from gateway.audit.facts import LATEST, moment

SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000  # microseconds
REMEMBERED = 8_192  # pieces of each kind, while a log is read
LATELY = 1_024  # the same of what is written, some 500 bytes each: who was at work a while ago may have left
SHAPES = 6  # remembered of one code: what an entry of it may leave out makes others
OUTCOMES = frozenset(one.value for one in Outcome)
_json = msgspec.json.encode
_T = TypeVar("_T")
_PLAIN = r"[ !#-\[\]-~]*+"
_TEXT = rf'"{_PLAIN}(?:\\["\\]{_PLAIN})*+"'
_KINDS: Final[Mapping[type, str]] = {
    str: _TEXT,
    bool: "(?:true|false)",
    int: "(?:0|-?[1-9][0-9]{0,14}+)",  # below what RFC 7493 §2.2 lets a reader keep exactly
    list: rf"\[(?:{_TEXT}(?:,{_TEXT})*+)?+\]",
}


class Unusual(Exception):
    """It may be right, but not in a way that is told here."""


class _Pieces(dict[str, _T]):
    """Of the facts they are made of. Never many: whoever has seen more begins anew."""

    def __init__(self, make: Callable[[str], _T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, facts: str) -> _T:
        if len(self) >= REMEMBERED:
            self.clear()
        made = self[facts] = self._make(facts)
        return made


class Rebuilding:
    """Remembers shapes of details, and the pieces of what it has seen."""

    def __init__(self) -> None:
        self._shapes: dict[str, list[re.Pattern[bytes]]] = {}
        self._told, self._places = _Pieces(_rest_of_line), _Pieces(self._begin_of_line)

    def holds(self, row: Brought) -> bool:
        """False says nothing."""
        number, received_at, at, places, told, request, data, _ = row
        try:
            middle, rule_told, end = self._told[told]
            before, code, shapes = self._places[places]
            begins = f"{before}{_time(at)}{code}".encode()
            ends = (
                f'{middle}{_received(received_at)}{_request(request)}{rule_told}"sequence":{number:d},{end}'
            ).encode()
        except (Unusual, UnicodeError, TypeError, ValueError):
            return False
        first, until = len(begins), len(data) - len(ends)
        if until < first or not (data.startswith(begins) and data.endswith(ends)):
            return False
        for shape in shapes:  # noqa: SIM110 - a generator would cost as much as the shape
            if shape.fullmatch(data, first, until):
                return True
        return False

    def learn(self, code: str, details: Mapping[str, Detail]) -> None:
        """The shape of details that were read and found to be written as they are to be."""
        known = self._shapes.setdefault(code, [])
        kinds = {key: type(value) for key, value in details.items()}
        if kinds and len(known) < SHAPES and all(kind in _KINDS for kind in kinds.values()):
            shape = _shape(tuple(sorted(kinds.items())))
            if shape not in known:
                known.append(shape)

    def _begin_of_line(self, places: str) -> tuple[str, str, list[re.Pattern[bytes]]]:
        """Before the time, between it and the details, and the shapes that are known of those: of others later."""
        code, *where = _texts_of(places, PLACES)
        return _begin(tuple(where)), _code(code), self._shapes.setdefault(code, [])


def _rest_of_line(told: str) -> tuple[str, str, str]:
    return _rest(tuple(_texts_of(told, TOLD)))


def _texts_of(written: str, names: tuple[str, ...]) -> list[str]:
    found = listed(written, names)
    if found is None:
        raise Unusual
    return found


def surroundings(own: tuple[Any, ...]) -> tuple[bytes, bytes, bytes, bytes]:
    """What stands before the details, between them and the time of receipt, between that and the number, and behind.

    `own`: the facts that are the entry's own, in the order of `FACTS`. Raises Unusual, UnicodeError.
    """
    middle, rule, end = _rest_of_many((*own[2:8], *own[12:15]))
    begins = f"{_begin_of_many(own[8:11])}{_time(own[0])}{_code(own[1])}"
    between = f",{_request(own[11])}{rule}"
    return begins.encode(), middle.encode(), between.encode(), end.encode()


@lru_cache(maxsize=1024)
def _shape(kinds: tuple[tuple[str, type], ...]) -> re.Pattern[bytes]:
    members = (re.escape(_json(key).decode()) + ":" + _KINDS[kind] for key, kind in kinds)
    return re.compile(("{" + ",".join(members) + "}").encode())


def _begin(places: tuple[object, ...]) -> str:
    """What comes before the time."""
    application, action, address = places
    return "{" + members("action address application", (action, address, application)) + '"at":"'


def _rest(facts: tuple[object, ...]) -> tuple[str, str, str]:
    """Between the details and the time of receipt, before the number, and behind it; each with the comma behind."""
    outcome, subject, person, session, municipality, own, reason, rule, version = facts
    if outcome not in OUTCOMES:
        raise Unusual
    names = "municipality outcome own_municipality person policy_version reason"
    told = members(names, (municipality, outcome, own, person, version, reason))
    return (
        f",{told}",
        members("rule", (rule,)),
        f'{members("session subject", (session, subject))}"v":{VERSION}}}',
    )


_begin_of_many = lru_cache(maxsize=LATELY)(_begin)
_rest_of_many = lru_cache(maxsize=LATELY)(_rest)


def members(names: str, values: Iterable[object]) -> str:
    """As they are written before others; empty ones are left out."""
    found = ""
    for name, value in zip(names.split(), values, strict=True):
        if type(value) is not str or not value.isprintable():
            raise Unusual
        if value:
            found += f'"{name}":{_json(value).decode()},'
    return found


def _request(request_id: object) -> str:
    if type(request_id) is not str or not request_id.isprintable():
        raise Unusual
    if '"' in request_id or "\\" in request_id:
        return f'"request_id":{_json(request_id).decode()},'
    return f'"request_id":"{request_id}",' if request_id else ""  # as JSON writes it, in a third of the time


def _time(at: int) -> str:
    """Microseconds. Raises TypeError for what is no whole number."""
    day, rest = divmod(at, DAY)
    minute, rest = divmod(rest, MINUTE)
    second, rest = divmod(rest, SECOND)
    return f"{_day(day)}{MINUTES[minute]}{SECONDS[second]}{rest:06}"


@lru_cache(maxsize=64)
def _day(number: int) -> str:
    if type(number) is not int or abs(number) * DAY >= LATEST:
        raise Unusual
    return time_text(moment(number * DAY))[: len("2026-01-01T")]


def _two(number: int) -> str:
    return f"{number:02}"


MINUTES = tuple(f"{_two(number // 60)}:{_two(number % 60)}:" for number in range(24 * 60))
SECONDS = tuple(f"{_two(number)}." for number in range(60))
"""As they stand in the time of an entry."""


@lru_cache(maxsize=64)
def _received(at: object) -> str:
    if type(at) is not int or abs(at) >= LATEST:
        raise Unusual
    return f'"received_at":"{time_text(moment(at))}",'


@lru_cache(maxsize=512)
def _code(code: object) -> str:
    if type(code) is not str:
        raise Unusual
    try:
        code_of(code)
    except ValueError:
        raise Unusual from None
    return f'Z","code":{_json(code).decode()},"details":'
