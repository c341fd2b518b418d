"""A campaign of review, and the single accesses in it. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from config.vocabulary import (
    ADMINISTRATORS,
    Action,
    ApplicationId,
    MunicipalityCode,
    Role,
    SubjectId,
)
from idp.events import Actor

CampaignId = NewType("CampaignId", str)
"""16 characters, base64url of 96 random bits."""

PRIVILEGED = ADMINISTRATORS | {Role.SECURITY_OFFICER, Role.AUDITOR}
COMMENT_MAX = 500  # characters


class Kind(StrEnum):
    """What sort of access it is. Values are stored."""

    ROLE = "role"
    EXCEPTION = "exception"
    """From two factors: the password alone lets this person in."""
    TECHNICAL = "technical"
    REQUEST = "request"
    """Approved beyond somebody's roles, for a time."""
    ORDER = "order"
    """Of a supplier."""
    DELEGATION = "delegation"
    """The person stands in for whoever holds a role."""


ASKED_FOR = frozenset({Kind.REQUEST, Kind.ORDER, Kind.DELEGATION})
"""What ends by itself; there `what` is the name of what was asked for."""
FINAL = ASKED_FOR | {Kind.EXCEPTION}
"""What ends for good when it is removed: a role alone can be given back."""


class Scope(StrEnum):
    """What a campaign looks at. Values are stored."""

    ALL = "all"
    APPLICATION = "application"
    PRIVILEGED = "privileged"
    SPECIAL = "special"
    """What no role of a person shows: exceptions, technical accounts, what was asked for."""


class Choice(StrEnum):
    CONFIRM = "confirm"
    REMOVE = "remove"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an access opens, at best: actions in the order of the vocabulary."""

    application: ApplicationId
    actions: tuple[Action, ...]


PUSHED_BY = "personnel:"
"""Before the account in `Held.about`; no login begins so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One access as it is found at a moment."""

    kind: Kind
    subject: SubjectId
    login: str
    name: str
    what: str
    """The role; of an exception, and of what was asked for, its id."""
    about: str = ""
    """Why an exception was granted, whose role somebody has as a deputy, or who answers for a technical account; of
    what was asked for: who approved it, sponsors it, or delegates. Behind `PUSHED_BY` the personnel system that gives
    the role.
    """
    lent: Role | None = None
    """Which a delegation is about."""
    until: datetime | None = None
    """When what was asked for ends by itself."""
    opens: tuple[Opened, ...] = ()
    last_use: datetime | None = None

    @property
    def pushed_by(self) -> str:
        """Technical account of the personnel system that gives the role; empty where the directory does."""
        of_a_role = self.kind is Kind.ROLE and self.about.startswith(PUSHED_BY)
        return self.about.removeprefix(PUSHED_BY) if of_a_role else ""

    @property
    def role(self) -> bool:
        """Whether `what` is a role."""
        return self.kind not in FINAL

    @property
    def key(self) -> tuple[Kind, SubjectId, str]:
        return self.kind, self.subject, self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    choice: Choice
    comment: str
    by: Actor
    at: datetime
    entry: int
    """Number of its entry in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    number: int
    held: Held
    added_at: datetime
    gone_at: datetime | None = None
    """When it was found to be no more, where nobody had to do anything about it."""
    decided: Decided | None = None

    @property
    def choice(self) -> Choice | None:
        return None if self.decided is None else self.decided.choice

    @property
    def open(self) -> bool:
        """Whether somebody still has to decide: what is unclear is not decided."""
        return self.gone_at is None and self.choice in (None, Choice.UNCLEAR)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be reviewed, and until when. `application`: empty but for `Scope.APPLICATION`."""

    scope: Scope
    deadline: datetime
    application: str = ""

    def covers(self, held: Held) -> bool:
        match self.scope:
            case Scope.ALL:
                return True
            case Scope.APPLICATION:
                return any(one.application == self.application for one in held.opens)
            case Scope.PRIVILEGED:
                return (held.what if held.role else held.lent) in PRIVILEGED
            case Scope.SPECIAL:
                return held.kind is not Kind.ROLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    id: CampaignId
    municipality: MunicipalityCode
    scope: Scope
    application: str
    """Empty but for `Scope.APPLICATION`."""
    begun_at: datetime
    begun_by: Actor
    begun_entry: int
    deadline: datetime
    closed_at: datetime | None = None
    closed_by: Actor | None = None
    closed_entry: int | None = None
    report: str = ""
    """As it was closed; never changed again."""
    digest: str = ""
    """SHA-256 of `report` in UTF-8, which stands in the entry of the closing too."""

    @property
    def plan(self) -> Plan:
        return Plan(self.scope, self.deadline, self.application)

    @property
    def last_day(self) -> datetime:
        """Some moment of the last day on which somebody can still decide in time."""
        return self.deadline - timedelta.resolution

    @property
    def over(self) -> bool:
        return self.closed_at is not None

    def overdue(self, now: datetime) -> bool:
        return not self.over and now >= self.deadline


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is."""

    all: int
    done: int
    removed: int
    unclear: int

    @property
    def left(self) -> int:
        return self.all - self.done


def progress(items: Sequence[Item]) -> Progress:
    return Progress(
        all=len(items),
        done=sum(not one.open for one in items),
        removed=sum(one.choice is Choice.REMOVE for one in items),
        unclear=sum(one.open and one.choice is Choice.UNCLEAR for one in items),
    )
