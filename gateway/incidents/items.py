"""What is written down of an incident, one after the other: nothing of it is ever changed or taken away.

The audit log has the digest of each, so that what stands here can be held against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from gateway.incidents.incident import ReportKind
from idp.events import Actor


class Note(msgspec.Struct, frozen=True, tag="note"):
    text: str


class EntryEvidence(msgspec.Struct, frozen=True, tag="entry"):
    """An entry of the audit log; `leaf`: its hash as it stood when it was added, hexadecimal."""

    sequence: int
    leaf: str


class SearchEvidence(msgspec.Struct, frozen=True, tag="search"):
    """What was asked of the log, and how much of it there was then."""

    conditions: dict[str, str]
    found: int
    at_least: bool
    """It was not counted further."""
    size: int
    """Entries of the whole log at that time."""


class Closure(msgspec.Struct, frozen=True, tag="closure"):
    """A class of access that was closed because of it, by the incident switch of the policies."""

    id: str
    what: str
    closed_at: str
    closed_by: str


class Report(msgspec.Struct, frozen=True, tag="report"):
    """A version of the text of one report."""

    kind: str
    happened: str
    impact: str
    concerned: str
    measures: str
    cause: str
    contact: str


class Sent(msgspec.Struct, frozen=True, tag="sent"):
    """That version of a report went to somebody."""

    kind: str
    version: int
    """Number of the item that holds the text."""
    recipient: str
    sent_at: str
    """RFC 3339."""


class Held(msgspec.Struct, frozen=True, tag="held"):
    """Months of the log that are kept for the sake of the evidence: number of the hold, RFC 3339."""

    hold: int
    since: str
    until: str


Body = Note | EntryEvidence | SearchEvidence | Closure | Report | Sent | Held
REPORT_FIELDS = ("happened", "impact", "concerned", "measures", "cause", "contact")
NEEDED: dict[ReportKind, frozenset[str]] = {
    ReportKind.WARNING: frozenset({"happened", "contact"}),
    ReportKind.NOTIFICATION: frozenset({"happened", "impact", "measures", "contact"}),
    ReportKind.FINAL: frozenset(REPORT_FIELDS),
}
"""What a report cannot do without."""


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    at: datetime
    by: Actor
    body: Body
    entry: int
    """Number of the audit log's entry that tells of it."""

    @property
    def kind(self) -> str:
        """As it is written: `note`, `entry`, …"""
        return str(self.body.__struct_config__.tag)


def written(body: Body) -> str:
    """As it is kept, and as its digest is computed."""
    return msgspec.json.encode(body).decode()


def read(kept: str) -> Body:
    """Inverse of `written`."""
    body: Body = msgspec.json.decode(kept, type=Body)
    return body


def digest(body: Body) -> str:
    return sha256(written(body).encode()).hexdigest()


def next_item(items: Sequence[Item]) -> int:
    """Behind the last, also where somebody took one out."""
    return items[-1].number + 1 if items else 1


def sent_first(items: Iterable[Item]) -> dict[ReportKind, datetime]:
    """When each report was sent first."""
    found: dict[ReportKind, datetime] = {}
    for one in items:
        if isinstance(one.body, Sent):
            kind, at = ReportKind(one.body.kind), datetime.fromisoformat(one.body.sent_at)
            found[kind] = min(at, found.get(kind, at))
    return found


def newest_report(items: Iterable[Item], kind: ReportKind) -> tuple[Item, Report] | None:
    found = [(one, one.body) for one in items if isinstance(one.body, Report) and one.body.kind == kind]
    return max(found, key=lambda each: each[0].number, default=None)


def evidence_numbers(items: Iterable[Item]) -> list[int]:
    """Of the entries of the audit log that are evidence, in order."""
    return sorted(one.body.sequence for one in items if isinstance(one.body, EntryEvidence))
