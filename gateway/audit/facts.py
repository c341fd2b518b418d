"""The facts of an entry that are kept beside its canonical bytes, so that they can be searched for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from gateway.audit.canonical import TEXTS, Recorded

FACTS = ("sequence", "received_at", "at", "code", "outcome", *TEXTS)
"""Names of the facts, in the order of `facts`."""

Fact = str | int

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST = 10**17  # microseconds: some three thousand years; what claims to be later is no time

_texts = attrgetter(*TEXTS)


def facts(recorded: Recorded) -> tuple[Fact, ...]:
    """The facts of a recorded, settled entry; times in microseconds since the epoch."""
    entry = recorded.entry
    return (
        recorded.sequence,
        microseconds(recorded.received_at),
        microseconds(entry.at),
        entry.code.value,
        entry.outcome.value,
        *_texts(entry),
    )


def differing(stored: Sequence[object], recorded: Recorded) -> tuple[str, ...]:
    """Names of the facts that stand otherwise beside an entry than in its bytes; `stored` in the order of `FACTS`."""
    pairs = zip(FACTS, stored, facts(recorded), strict=True)
    return tuple(name for name, stands, was in pairs if stands != was)


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Inverse of `microseconds`."""
    return EPOCH + value * MICROSECOND
