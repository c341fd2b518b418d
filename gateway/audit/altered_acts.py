"""Entries about what somebody changed by hand beside the log: its index, and how far it was read for somebody."""

from collections.abc import Sequence
from datetime import datetime

from gateway.audit.acts import MOST_NAMES, SHORT, SYSTEM
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral

MOST_NAMED = 50  # objects: an entry is bounded


def index_altered(now: datetime, first: int, last: int) -> Entry:
    """Of these entries the index said otherwise than they do; it is made again."""
    return _found(Code.LOG_INDEX_ALTERED, now, first=first, last=last)


def names_altered(now: datetime, put_back: int, taken_out: int) -> Entry:
    """Of so many names of people the database did not say what entries say."""
    return _found(Code.LOG_NAMES_ALTERED, now, put_back=put_back, taken_out=taken_out)


def place_moved(now: datetime, of: str, kept: int, first: int) -> Entry:
    """`of`: a receiver, or `alerts`. `kept`: the place that stood there; `first`: the entry from which it goes on."""
    return _found(Code.LOG_PLACE_MOVED, now, of=of, kept=kept, first=first)


def hold_restored(now: datetime, number: int) -> Entry:
    """The database said otherwise of a hold than the log; it stands as the log says."""
    return _found(Code.LOG_HOLD_RESTORED, now, hold=number)


def end_altered(now: datetime, first: int, last: int) -> Entry:
    """The end of the log did not bear its mark: these entries may have been added by hand."""
    return _found(Code.LOG_END_ALTERED, now, first=first, last=last)


def checkpoint_altered(now: datetime, sizes: Sequence[int]) -> Entry:
    """Of so many entries the database had a checkpoint that the log's keys did not sign, or not what they signed; the
    smallest of them is named, as text: somebody may have written any number.
    """
    return _found(Code.LOG_CHECKPOINT_ALTERED, now, number=len(sizes), checkpoint=str(min(sizes)))


def rolled_back(now: datetime, written: int, left: int, root: bytes = b"") -> Entry:
    """So many entries were written, which are there no more, or others; the log had `left` when that was found. `root`:
    what the log's key had signed of them, where it had.
    """
    sealed = {"root": root.hex()} if root else {}
    return _found(Code.LOG_ROLLED_BACK, now, written=written, left=left, **sealed)


def schema_altered(now: datetime, objects: Sequence[str]) -> Entry:
    """Triggers, rules or views in the database that the product has not made."""
    named = [neutral(one, SHORT) for one in objects[:MOST_NAMED]]
    return _found(Code.LOG_SCHEMA_ALTERED, now, number=len(objects), objects=named)


def alerts_restored(now: datetime, put_back: Sequence[str], taken_out: Sequence[str]) -> Entry:
    """Names of alerts of which the database did not say what the log says."""
    told = {"put_back": len(put_back), "taken_out": len(taken_out)}
    return _found(
        Code.LOG_ALERTS_RESTORED, now, **told, alerts=[neutral(one, SHORT) for one in (*put_back, *taken_out)]
    )


def seen_restored(now: datetime, taken_out: Sequence[tuple[str, str, str]]) -> Entry:
    """Rule, group and value of rows by which something new would have been taken for known."""
    rows = [neutral(" ".join(one), SHORT) for one in taken_out[:MOST_NAMES]]
    return _found(Code.LOG_SEEN_RESTORED, now, taken_out=len(taken_out), rows=rows)


def roots_restored(now: datetime, number: int, first: int, last: int) -> Entry:
    """So many roots of subtrees that are kept of the tree of these entries were not what the entries give."""
    return _found(Code.LOG_ROOTS_RESTORED, now, number=number, first=first, last=last)


def incidents_altered(now: datetime, numbers: Sequence[int], differences: int) -> Entry:
    """Incidents of which the database does not say what the log has of them."""
    told = [str(one) for one in numbers[:MOST_NAMES]]
    return _found(Code.LOG_INCIDENTS_ALTERED, now, number=len(numbers), found=differences, incidents=told)


def _found(code: Code, now: datetime, **details: str | int | list[str]) -> Entry:
    return Entry(code=code, outcome=Outcome.FAILURE, at=now, subject=SYSTEM, details={**details})
