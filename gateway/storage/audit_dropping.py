"""Whether a month is what the database says of it, before it goes; and the log's signature for that it went.

What is judged by is never the table: its first and last entry are proven under the checkpoint that sealed its end, and
say when they were received; the whole log is verified, and says what is held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select, update

from gateway.audit.canonical import Detail, NotCanonical, parse
from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.audit.drop_notes import Dropped, lines_told, require_signed, told_in
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import microseconds, moment
from gateway.audit.log_keys import Known
from gateway.audit.note import NoteRefused, Signer
from gateway.audit.retention import later
from gateway.audit.shard import Shard
from gateway.audit.shard_acts import drops_vouched
from gateway.audit.verify_report import Report
from gateway.storage.audit_proofs import NotInLog, ProofRefused, prove
from gateway.storage.audit_proven import Proving, with_words
from gateway.storage.audit_shards import closed_shards
from gateway.storage.audit_since import first_since, size_of
from gateway.storage.audit_tail import read_tail
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_shard

Append = Callable[[Connection, Sequence[Entry]], range]
DAY = timedelta(days=1)
LIVED = 20  # entries that are tried to be proven
SET_LATELY = timedelta(days=8)  # a step of less lets nothing go that would not go in a week anyway
_e = audit_entry.c


class Why(StrEnum):
    """The same word in log and test."""

    NOT_SEALED = "month_not_sealed"
    NOT_AS_SEALED = "month_not_as_sealed"
    NOT_VOUCHED = "month_tells_of_unsigned_deletion"
    NOT_WHOLE = "month_in_log_not_whole"
    NO_KEY = "month_without_log_key"
    CLOCK = "month_by_a_clock_that_was_set"
    NOT_SIGNED = "month_marked_as_deleted_by_hand"


_SAID = {
    Why.NOT_SEALED: "the checkpoint of their end is missing or differs",
    Why.NOT_AS_SEALED: "the database says otherwise of their times than they do themselves",
    Why.NOT_VOUCHED: "one of them tells of a deletion that the log's key did not sign",
    Why.CLOCK: "nothing was recorded in the week until yesterday, so that the clock may have been set; look at it",
    Why.NOT_WHOLE: "the log is not whole, or could not be verified, so that what is held is not certain",
    Why.NO_KEY: "the log's key cannot sign for it: nothing vouches for a change of it",
    Why.NOT_SIGNED: "the log's key did not sign that they go",
}


class ShardNotDropped(Exception):
    """A month that is due, or marked as deleted, is kept: letting it go would leave nothing that proves what it was, or
    it was not due.
    """

    def __init__(self, one: Shard, reason: Why) -> None:
        state = "marked as deleted" if reason is Why.NOT_SIGNED else "due to be deleted"
        super().__init__(
            f"audit log, entries {one.first} to {one.end - 1}: they are {state}, and {_SAID[reason]}, so that they "
            "are kept; run `brana audit verify`"
        )
        self.shard, self.reason = one, reason


def require_lived(connection: Connection, keys: "Keys", one: Shard, now: datetime) -> None:
    """Not by a clock that was set forward: by it, the log has lived for a day, and proves it.

    Raises ShardNotDropped.
    """
    since, until = now - SET_LATELY, now - DAY
    lived = _e.at.between(microseconds(since), microseconds(until))
    some = connection.scalars(select(_e.sequence).where(lived).limit(LIVED)).all()
    proven = Proving(connection, keys.known).all_proven(some)
    if not any(since <= found.entry.at <= until for found in proven):
        raise ShardNotDropped(one, Why.CLOCK)


def dropped_lately(connection: Connection, now: datetime) -> bool:
    """Whether another month went within a day: somebody has to be able to hear of it. By the bytes of entries, as a
    column could hide the one that tells.
    """
    said = f'"code":"{Code.LOG_SHARD_DROPPED.value}"'.encode()
    since = first_since(connection, now - DAY)
    there = with_words(connection, said, since, size_of(connection))
    return any(now - DAY <= _at(data, now) <= now for data in there.values())


def _at(data: bytes, now: datetime) -> datetime:
    try:
        return parse(data).entry.at
    except NotCanonical:
        return now  # what is damaged may be what is looked for


@dataclass(frozen=True, slots=True)
class Keys:
    """Of the log. `known`: all that ever signed it; `signing`: those that sign what is said of so many entries."""

    known: Callable[[Connection], Known]
    signing: Callable[[Connection, int], Sequence[Signer]]


def require_whole(found: Report | None, one: Shard) -> Report:
    """`found`: what a verification of the log came to. Raises ShardNotDropped."""
    if found is None or found.broken is not None or found.sealed < one.end:
        raise ShardNotDropped(one, Why.NOT_WHOLE)
    return found


def require_as_sealed(connection: Connection, keys: Keys, one: Shard) -> None:
    """Raises ShardNotDropped."""
    row = connection.execute(select(audit_checkpoint).where(audit_checkpoint.c.size == one.end)).first()
    if row is None or row.root != one.root:
        raise ShardNotDropped(one, Why.NOT_SEALED)
    try:
        sealed = unseal(row.note, keys.known(connection).keys)
        if (sealed.first, sealed.size, sealed.root) != (one.first, one.size, one.root):
            raise ShardNotDropped(one, Why.NOT_SEALED)
        times = tuple(_received(connection, number, sealed) for number in (one.first, one.end - 1))
    except NoteRefused as refused:
        raise ShardNotDropped(one, Why.NOT_SEALED) from refused
    except (NotInLog, ProofRefused, NotCanonical) as refused:
        raise ShardNotDropped(one, Why.NOT_AS_SEALED) from refused
    if times != (one.began, one.ended):
        raise ShardNotDropped(one, Why.NOT_AS_SEALED)


def signature(
    connection: Connection, keys: Keys, one: Shard, carried: Sequence[Shard], months: int
) -> dict[str, Detail]:
    """Details of the entry that tells that it goes. `carried`: those of which an entry of it tells.

    Raises ShardNotDropped.
    """
    earlier: set[str] = set()
    for other in carried:
        said = _signed_word(connection, keys, other)
        if said is None:
            raise ShardNotDropped(one, Why.NOT_VOUCHED)
        earlier.update(said.earlier)
    told = [one.told, *(other.told for other in carried)]
    details = _signed(connection, keys, told, [each for each in told if each in earlier], months)
    if details is None:
        raise ShardNotDropped(one, Why.NO_KEY)
    return details


def require_signed_for(connection: Connection, keys: Keys, one: Shard) -> None:
    """Of a month that the database marks as deleted: by the entry that tells of it, as the log's key signed it. The log
    signs for closed months alone, so an open one never goes. Raises ShardNotDropped.
    """
    if _signed_word(connection, keys, one) is None and not _of_older(connection, keys, one):
        raise ShardNotDropped(one, Why.NOT_SIGNED)


def unsigned_of_older(connection: Connection, keys: Keys) -> Sequence[Shard]:
    """What an older version deleted, and nobody has signed for since. What should have been signed is not among it."""
    origin = keys.known(connection).keys[0].name
    return [
        one
        for one in closed_shards(connection)
        if one.dropped and _told_by(connection, one, origin) is None and _of_older(connection, keys, one)
    ]


def vouch_for_older(
    connection: Connection, append: Append, keys: Keys, months: int, now: datetime
) -> Sequence[Shard]:
    """Once for each whose time is over."""
    unsigned = [one for one in unsigned_of_older(connection, keys) if later(moment(one.ended), months) <= now]
    told = [one.told for one in unsigned]
    details = _signed(connection, keys, told, told, months) if told else None
    if details is None:
        return ()
    number = append(connection, [drops_vouched(now, details)])[-1]
    numbers = [one.number for one in unsigned]
    connection.execute(update(audit_shard).where(audit_shard.c.number.in_(numbers)).values(dropped_by=number))
    return unsigned


def note_of_drop(connection: Connection, one: Shard, origin: str) -> str | None:
    """What the log's key signed of a month that is gone; None: nothing."""
    found = _told_by(connection, one, origin)
    return None if found is None else found[1]


def _signed(
    connection: Connection, keys: Keys, told: Sequence[str], earlier: Sequence[str], months: int
) -> dict[str, Detail] | None:
    tail = read_tail(connection)
    written = 0 if tail is None else tail.size
    if keys.known(connection).unfit:
        return None
    signers = keys.signing(connection, written)
    if not signers:
        return None
    dropped = Dropped(signers[0].name, tuple(told), months, written, tuple(earlier))
    return dropped.details(signers)


def _signed_word(connection: Connection, keys: Keys, one: Shard) -> Dropped | None:
    known = keys.known(connection).keys
    found = _told_by(connection, one, known[0].name)
    if found is None:
        return None
    try:
        require_signed(*found, known)
    except NoteRefused:
        return None
    return found[0]


def _told_by(connection: Connection, one: Shard, origin: str) -> tuple[Dropped, str] | None:
    row = connection.execute(
        select(audit_entry.c.canonical).where(audit_entry.c.sequence == one.dropped_by)
    ).scalar()
    try:
        entry = parse(row).entry if isinstance(row, bytes) else None
    except NotCanonical:
        return None
    if entry is None or one.told not in lines_told(entry):
        return None
    return told_in(entry, origin)


def _of_older(connection: Connection, keys: Keys, one: Shard) -> bool:
    """Whether a version that signs no deletion sealed the entry that tells of it, and the month itself; and nothing
    says that a version which signs them had sealed anything by then.
    """
    assert one.dropped_by is not None
    size, note = audit_checkpoint.c.size, audit_checkpoint.c.note
    query = select(note).where(size > one.dropped_by).order_by(size).limit(1)
    known = keys.known(connection).keys
    try:
        sealed = unseal(str(connection.execute(query).scalar()), known)
        own = unseal(str(connection.execute(select(note).where(size == one.end)).scalar()), known)
        entry = parse(prove(connection, one.dropped_by, sealed).canonical).entry
    except (NoteRefused, NotInLog, ProofRefused, NotCanonical):
        return False
    if sealed.drops_signed or own.drops_signed or (own.first, own.root) != (one.first, one.root):
        return False
    before = (size <= sealed.reach) & note.contains(f"\n{DROPS_SIGNED}\n")
    signing = connection.execute(select(size).where(before).limit(1)).first() is not None
    return not signing and one.told in lines_told(entry)


def _received(connection: Connection, number: int, sealed: Checkpoint) -> int:
    return microseconds(parse(prove(connection, number, sealed).canonical).received_at)
