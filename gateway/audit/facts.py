"""The facts of an entry that are kept beside its canonical bytes, so that they can be searched for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from gateway.audit.canonical import TEXTS, Form, Recorded, texts_of

FACTS = ("sequence", "received_at", "at", "code", "outcome", *TEXTS)
"""Names of the facts, in the order of `facts`."""

Fact = str | int

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
LATEST = 10**17  # microseconds: some three thousand years; what claims to be later is no time


def facts(recorded: Recorded) -> tuple[Fact, ...]:
    """The facts of a recorded, settled entry; times in microseconds since the epoch."""
    entry = recorded.entry
    return (
        recorded.sequence,
        microseconds(recorded.received_at),
        microseconds(entry.at),
        entry.code.value,
        entry.outcome.value,
        *texts_of(entry),
    )


def facts_written(form: Form) -> tuple[Fact, ...]:
    """The facts of an entry as it is written."""
    return (
        form.sequence,
        _written_by_many(form.received_at),
        microseconds(datetime.fromisoformat(form.at)),
        form.code,
        form.outcome.value,
        *texts_of(form),
    )


@lru_cache(maxsize=8)
def _written_by_many(received_at: str) -> int:
    """Entries that were taken over together have been received at once."""
    return microseconds(datetime.fromisoformat(received_at))


def differing(stored: Sequence[object], were: Sequence[Fact]) -> tuple[str, ...]:
    """Names of the facts that stand otherwise beside an entry than in its bytes; both in the order of `FACTS`."""
    if tuple(stored) == were:
        return ()
    pairs = zip(FACTS, stored, were, strict=True)
    return tuple(name for name, stands, was in pairs if stands != was)


def microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """Inverse of `microseconds`."""
    return EPOCH + value * MICROSECOND
