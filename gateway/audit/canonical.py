"""The one sequence of bytes that stands for a recorded entry: what the tree hashes and what a proof is about.

JSON (RFC 8259), UTF-8, keys sorted, no spaces, empty fields left out, times as RFC 3339 with six digits of a
second and `Z`. Laws: `parse(canonical(r))` equals `r` (where `r` holds printable text); bytes that would be
printed differently are refused. Codes that a newer version wrote are read (`entry.code_of`), and no other novelty
of it: a field more raises VERSION, and is written by a version later than the first that reads it.
"""

import math
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import msgspec

from gateway.audit.entry import Code, Entry, Outcome, code_of
from gateway.audit.neutral import printable

VERSION = 1
LARGEST_INTEGER = 2**53 - 1  # RFC 7493 §2.2: what every reader of JSON keeps exactly

Detail = str | int | float | bool | list[str]


class Unrecordable(Exception):
    """An entry has a value that has no canonical form. A fault of the calling code."""

    def __init__(self, code: Code, name: str, why: str) -> None:
        super().__init__(f"audit entry {code}: `{name}` {why}; correct the code that builds this entry")
        self.name = name


class NotCanonical(Exception):
    """Bytes that this log cannot have written."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not an entry of this log: {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry as the log keeps it."""

    sequence: int
    """Place in the log, from 0, without gaps: the leaf index of RFC 9162."""
    received_at: datetime
    """The log's own time, UTC; never earlier than that of the entry before."""
    entry: Entry


class _Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    v: int
    sequence: int
    received_at: str
    at: str
    code: str
    outcome: Outcome
    subject: str = ""
    person: str = ""
    session: str = ""
    municipality: str = ""
    own_municipality: str = ""
    application: str = ""
    action: str = ""
    address: str = ""
    request_id: str = ""
    reason: str = ""
    rule: str = ""
    policy_version: str = ""
    details: dict[str, Detail] = msgspec.field(default_factory=dict)


TEXTS = tuple(item.name for item in fields(Entry) if item.type is str)
"""Names of the entry's text fields, in the order of the entry."""

_texts = attrgetter(*TEXTS)

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(_Form)


def canonical(recorded: Recorded) -> bytes:
    """Canonical bytes of the entry as `settled` leaves it. Raises Unrecordable."""
    entry = settled(recorded.entry)
    return _encoder.encode(
        _Form(
            v=VERSION,
            sequence=recorded.sequence,
            received_at=time_text(recorded.received_at),
            at=time_text(entry.at),
            code=entry.code,
            outcome=entry.outcome,
            details=entry.details,
            **dict(zip(TEXTS, _texts(entry), strict=True)),
        )
    )


def settled(entry: Entry) -> Entry:
    """The entry with unprintable characters marked (`neutral.printable`); itself when there are none.

    Raises Unrecordable for values that JSON cannot carry unchanged.
    """
    if entry.at.tzinfo is None:
        raise Unrecordable(entry.code, "at", "has no time zone")
    texts = [*_texts(entry), *entry.details]
    for name, value in entry.details.items():
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, list):
            texts.extend(value)
        else:
            _check_number(entry, name, value)
    if "".join(texts).isprintable():
        return entry
    marked: dict[str, Any] = {name: printable(getattr(entry, name)) for name in TEXTS}
    marked["details"] = {printable(name): _marked(value) for name, value in entry.details.items()}
    return replace(entry, **marked)


def parse(data: bytes) -> Recorded:
    """The recorded entry that `data` stands for. Raises NotCanonical."""
    try:
        form = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotCanonical(str(error)) from error
    if form.v != VERSION:
        raise NotCanonical(f"unknown version {form.v}")
    try:
        entry = Entry(
            code=code_of(form.code),
            outcome=form.outcome,
            at=time_of(form.at),
            details=form.details,
            **{name: getattr(form, name) for name in TEXTS},
        )
        recorded = Recorded(form.sequence, time_of(form.received_at), entry)
        same = canonical(recorded) == data
    except (Unrecordable, ValueError, OverflowError) as error:
        raise NotCanonical(str(error)) from error
    if not same:
        raise NotCanonical("the same facts are written differently")
    return recorded


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always 27 characters, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


def time_of(text: str) -> datetime:
    """Inverse of `time_text`. Raises ValueError."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _marked(value: Detail) -> Detail:
    if isinstance(value, str):
        return printable(value)
    return [printable(item) for item in value] if isinstance(value, list) else value


def _check_number(entry: Entry, name: str, value: float) -> None:
    if not math.isfinite(value):
        raise Unrecordable(entry.code, f"details.{name}", "is not a finite number")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise Unrecordable(entry.code, f"details.{name}", "does not fit 53 bits")
