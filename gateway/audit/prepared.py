"""An entry made ready to be written: all but the number and the time that the log gives it. Pure.

Whoever has many entries prepares them before the log is locked, so that nobody waits for that.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway.audit.canonical import (
    LARGEST_INTEGER,
    TEXTS,
    Detail,
    Recorded,
    encoded,
    parse,
    settled,
    texts_of,
    time_text,
)
from gateway.audit.entry import Entry
from gateway.audit.facts import EPOCH, FACTS, facts, microseconds
from gateway.audit.rebuilt import Unusual, surroundings

RECEIVED, NUMBERED = f'"received_at":"{time_text(EPOCH)}"'.encode(), b'"sequence":0,'
"""Where they stand; no value can look so, as its quotation marks are written with a backslash."""
OWN = 2
"""Place of the first of the facts that are an entry's own: the log gives number and time of receipt."""
assert FACTS[OWN + 3 :] == TEXTS
AT, CODE, SUBJECT, SESSION = (FACTS.index(name) - OWN for name in ("at", "code", "subject", "session"))
"""Places in `Prepared.facts`."""
_details = msgspec.json.Encoder(order="deterministic").encode


class Prepared(msgspec.Struct, frozen=True, gc=False):
    facts: tuple[Any, ...]
    """Its own, in the order of `FACTS`."""
    before: bytes
    between: bytes
    behind: bytes
    """Its canonical bytes without the two."""
    made_of: Entry | None = None
    """As `settled` leaves it; None: it was never made."""

    @property
    def entry(self) -> Entry:
        return self.made_of or parse(self.canonical(0, RECEIVED)).entry

    def canonical(self, number: int, received: bytes) -> bytes:
        """`received`: from `received_text`."""
        return b'%b%b%b"sequence":%d,%b' % (self.before, received, self.between, number, self.behind)


def received_text(at: datetime) -> bytes:
    return f'"received_at":"{time_text(at)}"'.encode()


def prepared(entry: Entry) -> Prepared:
    """Raises `canonical.Unrecordable`."""
    try:
        if (quickly := _put_together(entry)) is not None:
            return quickly
    except (Unusual, UnicodeError):
        pass
    written = Recorded(0, EPOCH, settled(entry))
    before, _, rest = encoded(written).rpartition(RECEIVED)
    between, _, behind = rest.partition(NUMBERED)
    return Prepared(facts(written)[OWN:], before, between, behind, written.entry)


def _put_together(entry: Entry) -> Prepared | None:
    """As most entries can be; None: it is to be looked at. Raises Unusual."""
    if entry.at.tzinfo is None or not entry.details or not _carried(entry.details):
        return None
    details = _details(entry.details)
    if not details.isascii() or b"\\" in details or b"\x7f" in details:
        return None
    own = (microseconds(entry.at), entry.code.value, entry.outcome.value, *texts_of(entry))
    begin, middle, between, behind = surroundings(own)
    return Prepared(own, b"%b%b%b" % (begin, details, middle), between, behind, entry)


def _carried(details: Mapping[str, Detail]) -> bool:
    """Whether JSON carries each value unchanged, as far as a glance tells."""
    for value in details.values():
        kind = type(value)
        if kind is int:
            if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:  # type: ignore[operator] # a number by its kind
                return False
        elif kind is not str and kind is not bool and kind is not list:
            return False
    return True
