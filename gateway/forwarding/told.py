"""Entries about receivers of the log. Each is in the log, so every receiver that takes it hears of the others too."""

from datetime import datetime

from gateway.audit.acts import SYSTEM, TEXT
from gateway.audit.canonical import time_text
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral


def begun(now: datetime, receiver: str, first: int) -> Entry:
    return _of(Code.RECEIVER_BEGUN, now, receiver, first=first)


def down(now: datetime, receiver: str, reason: str, cause: str, *, first: int, since: datetime) -> Entry:
    """`first`: the entry that waits the longest."""
    told = {"cause": neutral(cause, TEXT), "since": time_text(since)}
    return _of(Code.RECEIVER_DOWN, now, receiver, Outcome.FAILURE, reason, first=first, **told)


def back(now: datetime, receiver: str, since: datetime) -> Entry:
    return _of(Code.RECEIVER_BACK, now, receiver, since=time_text(since))


def missed(now: datetime, receiver: str, first: int, last: int) -> Entry:
    return _of(Code.RECEIVER_MISSED, now, receiver, Outcome.FAILURE, first=first, last=last)


def got_less(now: datetime, receiver: str, number: int) -> Entry:
    return _of(Code.RECEIVER_GOT_LESS, now, receiver, Outcome.FAILURE, first=number)


def _of(
    code: Code,
    now: datetime,
    receiver: str,
    outcome: Outcome = Outcome.SUCCESS,
    reason: str = "",
    **details: str | int,
) -> Entry:
    return Entry(
        code=code,
        outcome=outcome,
        at=now,
        subject=SYSTEM,
        reason=reason,
        details={"receiver": receiver, **details},
    )
