"""What is written down of an incident, one after the other: nothing of it is ever changed or taken away.

The audit log has the digest of each, so that what stands here can be held against it.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import msgspec

from gateway.audit.search import FARTHEST
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


class Damaged(msgspec.Struct, frozen=True, tag="damaged"):
    """What stands there is nothing that is written down so: somebody changed the database by hand. As it stands."""

    kept: str


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
    body: Body | Damaged
    entry: int
    """Number of the audit log's entry that tells of it."""
    damaged: bool = False
    """Something beside the body could not be read, and was filled in."""

    @property
    def kind(self) -> str:
        """As it is written: `note`, `entry`, …"""
        return str(self.body.__struct_config__.tag)


def written(body: Body | Damaged) -> str:
    """As it is kept, and as its digest is computed."""
    return body.kept if isinstance(body, Damaged) else msgspec.json.encode(body).decode()


def read(kept: object) -> Body | Damaged:
    """Inverse of `written`; of what nobody wrote so a value that says it."""
    if isinstance(kept, str):
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):
            body: Body = msgspec.json.decode(kept, type=Body)
            if _sound(body):
                return body
    return Damaged(kept.decode(errors="replace") if isinstance(kept, bytes) else str(kept))


def _sound(body: Body) -> bool:
    """Whether it says what it can say. Raises ValueError for what is no time, kind of report or hash."""
    times: Sequence[str] = ()
    match body:
        case EntryEvidence(sequence, leaf):
            return 0 <= sequence <= FARTHEST and len(bytes.fromhex(leaf)) > 0
        case SearchEvidence(conditions):
            times = [conditions[name] for name in ("since", "until") if name in conditions]
        case Closure(closed_at=at):
            times = (at,)
        case Report(kind):
            ReportKind(kind)
        case Sent(kind, _, _, at):
            ReportKind(kind)
            times = (at,)
        case Held(hold, since, until):
            if not 0 <= hold <= FARTHEST:
                return False
            times = (since, until)
        case Note():
            pass
    return all(datetime.fromisoformat(one).tzinfo is not None for one in times)


def digest(body: Body | Damaged) -> str:
    return sha256(written(body).encode(errors="replace")).hexdigest()


def next_item(items: Sequence[Item]) -> int:
    """Behind the last, also where somebody took one out."""
    return max((one.number for one in items), default=0) + 1


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
