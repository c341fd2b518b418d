"""What a security incident is, and until when whom it has to be reported. Pure.

Deadlines count from when the incident was noticed (decrees 409/2025 and 410/2025, act 264/2025): an early warning, a
notification, a final report.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from config.unseen import is_seen
from config.vocabulary import ApplicationId, MunicipalityCode
from gateway.audit.canonical import time_text
from gateway.incidents.refused import ActRefused, Why
from idp.events import Actor

TITLE_MAX = 200  # characters
TEXT_MAX = 10_000  # of a description, a note, a field of a report


class Kind(StrEnum):
    ACCOUNT = "account_taken_over"
    ACCESS = "unauthorised_access"
    DATA = "data_leak"
    MALWARE = "malware"
    OUTAGE = "outage"
    LOG = "log_tampered_with"
    SUPPLIER = "supplier"
    OTHER = "other"


class Severity(StrEnum):
    LOW = "low"
    SIGNIFICANT = "significant"
    CRITICAL = "critical"


class ReportKind(StrEnum):
    """The three that the law asks for, in their order."""

    WARNING = "early_warning"
    NOTIFICATION = "notification"
    FINAL = "final_report"


WITHIN: Mapping[ReportKind, timedelta] = {
    ReportKind.WARNING: timedelta(hours=24),
    ReportKind.NOTIFICATION: timedelta(hours=72),
    ReportKind.FINAL: timedelta(days=30),
}
"""From when the incident was noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What whoever opens an incident says of it; times are aware."""

    title: str
    kind: Kind
    severity: Severity
    noticed_at: datetime
    began_at: datetime | None = None
    municipalities: tuple[MunicipalityCode, ...] = ()
    applications: tuple[ApplicationId, ...] = ()
    description: str = ""


def described_digest(said: Described) -> str:
    """SHA-256 of all that was said, as the entry of the opening has it."""
    told = (
        *(said.title, said.kind.value, said.severity.value, time_text(said.noticed_at)),
        time_text(said.began_at) if said.began_at else "",
        *(" ".join(said.municipalities), " ".join(said.applications), said.description),
    )
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def conclusion_digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    number: int
    described: Described
    opened_at: datetime
    opened_by: Actor
    closed_at: datetime | None = None
    closed_by: Actor | None = None
    conclusion: str = ""
    damaged: bool = False
    """Something of it could not be read, and was filled in: somebody changed the database by hand."""

    @property
    def open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Due:
    """One report: until when it has to be sent, and since when it is."""

    kind: ReportKind
    at: datetime
    sent_at: datetime | None

    def waits(self, now: datetime) -> bool:
        return self.sent_at is None and now < self.at

    def overdue(self, now: datetime) -> bool:
        return self.sent_at is None and now >= self.at

    @property
    def late(self) -> bool:
        """It was sent, and not in time."""
        return self.sent_at is not None and self.sent_at > self.at


def deadlines(described: Described, sent: Mapping[ReportKind, datetime]) -> tuple[Due, ...]:
    """Of each report, in their order. `sent`: when it was sent first."""
    return tuple(Due(kind, described.noticed_at + within, sent.get(kind)) for kind, within in WITHIN.items())


@dataclass(frozen=True, slots=True)
class Waiting:
    """What all open incidents owe."""

    open: int = 0
    overdue: int = 0
    """Reports that should have been sent."""
    next_at: datetime | None = None
    """When the next of the others has to be sent."""
    next_of: int | None = None
    late: tuple[int, ...] = ()
    """The incidents whose reports should have been sent."""


def waiting(dues: Sequence[tuple[int, Sequence[Due]]], now: datetime) -> Waiting:
    """`dues`: of each open incident by its number."""
    still = [(due.at, number) for number, each in dues for due in each if due.waits(now)]
    first = min(still, default=None)
    return Waiting(
        open=len(dues),
        overdue=sum(due.overdue(now) for _, each in dues for due in each),
        next_at=first[0] if first else None,
        next_of=first[1] if first else None,
        late=tuple(number for number, each in dues if any(due.overdue(now) for due in each)),
    )


def usable(
    given: Described,
    now: datetime,
    municipalities: Collection[MunicipalityCode],
    applications: Collection[ApplicationId],
) -> Described:
    """As it is kept. Raises ActRefused."""
    if given.noticed_at > now or (given.began_at is not None and given.began_at > given.noticed_at):
        raise ActRefused(Why.TIMES_UNUSABLE)
    if not set(given.municipalities) <= set(municipalities):
        raise ActRefused(Why.TARGET_UNKNOWN)
    if not set(given.applications) <= set(applications):
        raise ActRefused(Why.TARGET_UNKNOWN)
    return Described(
        title=line(given.title),
        kind=given.kind,
        severity=given.severity,
        noticed_at=given.noticed_at,
        began_at=given.began_at,
        municipalities=tuple(dict.fromkeys(given.municipalities)),
        applications=tuple(dict.fromkeys(given.applications)),
        description=text(given.description, may_be_empty=True),
    )


def line(given: str) -> str:
    """One line as it is kept. Raises ActRefused."""
    kept = " ".join(given.split())
    if not 0 < len(kept) <= TITLE_MAX or not is_seen(kept):
        raise ActRefused(Why.TEXT_UNUSABLE)
    return kept


def text(given: str, *, may_be_empty: bool = False) -> str:
    """Lines as they are kept: nothing that a reader could not see. Raises ActRefused."""
    kept = given.replace("\r\n", "\n").replace("\t", " ").strip()
    if len(kept) > TEXT_MAX or not all(map(is_seen, kept.split("\n"))):
        raise ActRefused(Why.TEXT_UNUSABLE)
    if not kept and not may_be_empty:
        raise ActRefused(Why.TEXT_UNUSABLE)
    return kept
