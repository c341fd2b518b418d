"""Entries about the log's own keys: introduced, retired, or not changed. What is signed of a change is in its entry."""

from dataclasses import replace
from datetime import datetime

from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.log_keys import CONTEXT, Introduced, Retired, signatures


def key_introduced(now: datetime, by: str, change: Introduced, note: str) -> Entry:
    """`note`: what both keys signed."""
    details: dict[str, str | int | float | bool | list[str]] = {
        "key": str(change.key),
        "before": str(change.before),
        "written": change.written,
        "why": change.why.value,
        "signed": signatures(note),
    }
    return _by(by, Entry(code=Code.LOG_KEY_INTRODUCED, outcome=Outcome.SUCCESS, at=now, details=details))


def key_retired(now: datetime, by: str, change: Retired, note: str) -> Entry:
    details: dict[str, str | int | float | bool | list[str]] = {
        "key": str(change.key),
        "by": str(change.by),
        "written": change.written,
        "signed": signatures(note),
    }
    return _by(by, Entry(code=Code.LOG_KEY_RETIRED, outcome=Outcome.SUCCESS, at=now, details=details))


def key_not_changed(now: datetime, by: str, reason: str) -> Entry:
    return _by(by, Entry(code=Code.LOG_KEY_NOT_CHANGED, outcome=Outcome.REFUSED, at=now, reason=reason))


def note_told(entry: Entry) -> str:
    """The note of the change that such an entry tells of; something that no note is, where it tells of none."""
    said = entry.details
    if entry.code is Code.LOG_KEY_INTRODUCED:
        names: tuple[tuple[str, str], ...] = (
            ("introduces", "key"),
            ("after", "before"),
            ("written", "written"),
            ("why", "why"),
        )
    else:
        names = (("retires", "key"), ("by", "by"), ("written", "written"))
    lines = "".join(f"{word} {said.get(name)}\n" for word, name in names)
    signed = said.get("signed")
    below = "".join(f"{line}\n" for line in signed) if isinstance(signed, list) else ""
    return f"{CONTEXT}\n{lines}\n{below}"


def _by(by: str, entry: Entry) -> Entry:
    return replace(entry, subject=by, person="" if by == SYSTEM else by)
