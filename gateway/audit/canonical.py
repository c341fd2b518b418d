"""The one sequence of bytes that stands for a recorded entry: what the tree hashes and what a proof is about.

JSON (RFC 8259), UTF-8, keys sorted, no spaces, empty fields left out, times as RFC 3339 with six digits of a
second and `Z`. Laws: `parse(canonical(r))` equals `r` (where `r` holds printable text); bytes that would be
printed differently are refused. Codes that a newer version wrote are read (`entry.code_of`), and no other novelty
of it: a field more raises VERSION, and is written by a version later than the first that reads it.
"""

import math
import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any

import msgspec

from gateway.audit.entry import Code, Entry, Outcome, code_of
from gateway.audit.neutral import printable

VERSION = 1
LARGEST_INTEGER = 2**53 - 1  # RFC 7493 §2.2: what every reader of JSON keeps exactly

Detail = str | int | float | bool | list[str]
_Bounded = Annotated[int, msgspec.Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]


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


class Form(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An entry as it is written: fields in the order of their names, times as text."""

    action: str = ""
    address: str = ""
    application: str = ""
    at: str
    code: str
    details: dict[str, str | _Bounded | float | bool | list[str]] = msgspec.field(default_factory=dict)
    municipality: str = ""
    outcome: Outcome
    own_municipality: str = ""
    person: str = ""
    policy_version: str = ""
    reason: str = ""
    received_at: str
    request_id: str = ""
    rule: str = ""
    sequence: int
    session: str = ""
    subject: str = ""
    v: int


TEXTS = tuple(item.name for item in fields(Entry) if item.type is str)
"""Names of the entry's text fields, in the order of the entry."""

texts_of = attrgetter(*TEXTS)
"""Of an entry, or of its form."""

_encoder = msgspec.json.Encoder(order="deterministic")  # sorts the details; the fields are
_decoder = msgspec.json.Decoder(Form)


def canonical(recorded: Recorded) -> bytes:
    """Canonical bytes of the entry as `settled` leaves it. Raises Unrecordable."""
    return encoded(replace(recorded, entry=settled(recorded.entry)))


def encoded(recorded: Recorded) -> bytes:
    """Canonical bytes of an entry that is settled."""
    entry = recorded.entry
    return _encoder.encode(
        Form(
            v=VERSION,
            sequence=recorded.sequence,
            received_at=_time_text_of_many(recorded.received_at),
            at=time_text(entry.at),
            code=entry.code,
            outcome=entry.outcome,
            subject=entry.subject,
            person=entry.person,
            session=entry.session,
            municipality=entry.municipality,
            own_municipality=entry.own_municipality,
            application=entry.application,
            action=entry.action,
            address=entry.address,
            request_id=entry.request_id,
            reason=entry.reason,
            rule=entry.rule,
            policy_version=entry.policy_version,
            details=entry.details,
        )
    )


def settled(entry: Entry) -> Entry:
    """The entry with unprintable characters marked (`neutral.printable`); itself when there are none.

    Raises Unrecordable for values that JSON cannot carry unchanged.
    """
    if entry.at.tzinfo is None:
        raise Unrecordable(entry.code, "at", "has no time zone")
    texts = [*texts_of(entry), *entry.details]
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
    form = read(data)
    entry = Entry(
        code=code_of(form.code),
        outcome=form.outcome,
        at=time_of(form.at),
        details=form.details,
        **dict(zip(TEXTS, texts_of(form), strict=True)),
    )
    return Recorded(form.sequence, time_of(form.received_at), entry)


def read(data: bytes) -> Form:
    """The same as it is written there, which is all that verification needs. Raises NotCanonical."""
    try:
        form = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise NotCanonical(str(error)) from error
    if form.v != VERSION:
        raise NotCanonical(f"unknown version {form.v}")
    try:
        code_of(form.code)
        _require_time(form.at)
        _require_time_of_many(form.received_at)
    except ValueError as error:
        raise NotCanonical(str(error)) from error
    if _encoder.encode(form) != data or not _is_printable(form, data):
        raise NotCanonical("the same facts are written differently")
    return form


def _is_printable(form: Form, data: bytes) -> bool:
    if data.isascii() and b"\\" not in data and b"\x7f" not in data:
        return True  # JSON writes every sign below the space with a backslash
    texts = [*texts_of(form), *form.details]
    for value in form.details.values():
        texts.extend([value] if isinstance(value, str) else value if isinstance(value, list) else ())
    return "".join(texts).isprintable()


def _require_time(text: str) -> None:
    if not _TIME.fullmatch(text):
        raise ValueError("a time is not written as this log writes it")
    datetime.fromisoformat(text)


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds, always 27 characters, so that text order is time order."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:-6] + "Z"


# entries that were taken over together have been received at once
_time_text_of_many = lru_cache(maxsize=8)(time_text)
_require_time_of_many = lru_cache(maxsize=8)(_require_time)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


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
