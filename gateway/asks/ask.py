"""One thing that somebody asked for: its kinds, its stages, and which act leads from one to the other.

Laws: what lets somebody do more has a beginning and an end; a stage that was left never comes back; nothing but an
act of the table changes one. Time needs no act: past `until` nothing is in force, whatever its stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SessionId, SubjectId

AskId = NewType("AskId", str)
"""22 characters, base64url of 128 random bits. Not a credential."""


class Kind(StrEnum):
    """Values are stable: they are kept and recorded."""

    ACCESS = "access"
    """Beyond the person's roles, approved by others."""
    ORDER = "order"
    """Of a supplier: one application, one window, one sponsor."""
    EMERGENCY = "emergency"
    """At once, reviewed afterwards."""
    DELEGATION = "delegation"
    """Somebody stands in for whoever holds a role."""
    PURPOSE = "purpose"
    """Stated before looking into a register, for one sign-in."""


class Stage(StrEnum):
    """Values are stable."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SPONSOR_GONE = "sponsor_gone"


class Act(StrEnum):
    """What is done to one that was asked for; as an entry of a refused one names it."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LOSE_SPONSOR = "lose_sponsor"
    REVIEW = "review"


BEGINS: Mapping[Kind, Stage] = {
    Kind.ACCESS: Stage.WAITING,
    Kind.ORDER: Stage.WAITING,
    Kind.EMERGENCY: Stage.IN_FORCE,
    Kind.DELEGATION: Stage.IN_FORCE,
    Kind.PURPOSE: Stage.IN_FORCE,
}
LEADS: Mapping[tuple[Kind, Stage, Act], Stage] = {
    (Kind.ACCESS, Stage.WAITING, Act.APPROVE): Stage.IN_FORCE,  # when as many have approved as are needed
    (Kind.ACCESS, Stage.WAITING, Act.REFUSE): Stage.REFUSED,
    (Kind.ACCESS, Stage.WAITING, Act.WITHDRAW): Stage.WITHDRAWN,
    (Kind.ACCESS, Stage.IN_FORCE, Act.WITHDRAW): Stage.WITHDRAWN,
    (Kind.ORDER, Stage.WAITING, Act.APPROVE): Stage.IN_FORCE,
    (Kind.ORDER, Stage.WAITING, Act.REFUSE): Stage.REFUSED,
    (Kind.ORDER, Stage.WAITING, Act.WITHDRAW): Stage.WITHDRAWN,
    (Kind.ORDER, Stage.IN_FORCE, Act.WITHDRAW): Stage.WITHDRAWN,
    (Kind.ORDER, Stage.IN_FORCE, Act.LOSE_SPONSOR): Stage.SPONSOR_GONE,
    (Kind.EMERGENCY, Stage.IN_FORCE, Act.WITHDRAW): Stage.WITHDRAWN,
    (Kind.EMERGENCY, Stage.IN_FORCE, Act.REVIEW): Stage.IN_FORCE,
    (Kind.EMERGENCY, Stage.WITHDRAWN, Act.REVIEW): Stage.WITHDRAWN,
    (Kind.DELEGATION, Stage.IN_FORCE, Act.WITHDRAW): Stage.WITHDRAWN,
    (
        Kind.DELEGATION,
        Stage.IN_FORCE,
        Act.LOSE_SPONSOR,
    ): Stage.SPONSOR_GONE,  # who delegated has the role no more
    (Kind.PURPOSE, Stage.IN_FORCE, Act.WITHDRAW): Stage.WITHDRAWN,
}
"""Everything else cannot be done."""


@dataclass(frozen=True, slots=True, order=True)
class Party:
    """A person as they were called then."""

    subject: SubjectId
    login: str
    name: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something, and when."""

    by: Party
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Times are aware, UTC."""

    id: AskId
    kind: Kind
    stage: Stage
    municipality: MunicipalityCode
    """Which the asker acted for, and where it lets the holder do something."""
    application: ApplicationId | None = None
    """None of a delegation."""
    actions: frozenset[Action] = frozenset()
    asker: Party
    holder: Party
    """Whom it lets do something: the asker but of an order that an officer placed, and of a delegation."""
    since: datetime
    until: datetime
    why: str
    asked_at: datetime
    needed: int = 0
    """Approvals."""
    approvals: tuple[Signature, ...] = ()
    sponsor: Party | None = None
    role: Role | None = None
    """Which a delegation is about."""
    agenda: str = ""
    activity_role: str = ""
    session: SessionId | None = None
    """In which alone a purpose counts."""
    ended: Signature | None = None
    """By whom it was refused or withdrawn, or who found that its sponsor is gone."""
    review_by: datetime | None = None
    """Of emergency access: until when somebody else must have looked at its use."""
    reviewed: Signature | None = None

    def runs(self, now: datetime) -> bool:
        """Whether it lets its holder do something at `now`."""
        return self.stage is Stage.IN_FORCE and self.since <= now < self.until

    def waits(self, now: datetime) -> bool:
        return self.stage is Stage.WAITING and now < self.until

    def stands(self, now: datetime) -> bool:
        """Whether it waits, runs, or is going to."""
        return self.stage in (Stage.WAITING, Stage.IN_FORCE) and now < self.until

    def counts_on(self, now: datetime) -> bool:
        """Whether decisions, now or later, have to know of it: also of an order that has lost its sponsor."""
        kept = self.stage is Stage.IN_FORCE or (
            self.kind is Kind.ORDER and self.approved and self.stage in (Stage.SPONSOR_GONE, Stage.WITHDRAWN)
        )
        return (kept and now < self.until) or self.unreviewed

    @property
    def approved(self) -> bool:
        return len(self.approvals) >= self.needed

    def approved_by(self, who: SubjectId) -> bool:
        return any(one.by.subject == who for one in self.approvals)

    @property
    def ended_early(self) -> bool:
        """Whether it ran, and somebody ended it before its time, or its sponsor was gone."""
        over = self.stage in (Stage.WITHDRAWN, Stage.SPONSOR_GONE) and self.approved
        return over and self.ended is not None and self.since <= self.ended.at < self.until

    @property
    def over_at(self) -> datetime:
        """When it stopped letting its holder do something, or will if nobody ends it before."""
        return self.ended.at if self.ended is not None and self.ended_early else self.until

    @property
    def unreviewed(self) -> bool:
        return self.review_by is not None and self.reviewed is None

    @property
    def backer(self) -> Party | None:
        """On whose being there it rests as long as it runs."""
        return self.asker if self.kind is Kind.DELEGATION else self.sponsor

    @property
    def confirmed_by_sponsor(self) -> bool:
        """Of an order; one that its sponsor placed is decided by somebody else, like a request for access."""
        placed = self.sponsor is not None and self.sponsor.subject == self.asker.subject
        return self.kind is Kind.ORDER and not placed

    def overdue(self, now: datetime) -> bool:
        """A use that nobody has looked at in time."""
        return self.unreviewed and self.review_by is not None and now >= self.review_by

    def parties(self) -> frozenset[SubjectId]:
        """Whom it concerns, besides those who may decide about it."""
        people = (self.asker, self.holder, *([self.sponsor] if self.sponsor else []))
        return frozenset(one.subject for one in people)


def leads_to(ask: Ask, act: Act) -> Stage | None:
    """None: it cannot be done to this one."""
    return LEADS.get((ask.kind, ask.stage, act))
