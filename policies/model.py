"""What is asked of the policies, and what they answer. Values only."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from config.vocabulary import (
    Action,
    ApplicationId,
    AuthenticationLevel,
    Language,
    MunicipalityCode,
    NetworkName,
    Role,
    SubjectId,
)

LEVELS: dict[AuthenticationLevel, int] = {
    level: number for number, level in enumerate(AuthenticationLevel, 1)
}
"""The number a policy compares, weakest 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """State of the endpoint. None: not known."""

    managed: bool
    fresh: bool
    disk_encrypted: bool | None = None
    firewall: bool | None = None
    updates_installed: bool | None = None
    screen_lock: bool | None = None
    antivirus: bool | None = None
    os: str | None = None
    """`windows`, `macos`, `linux`, `android`, `ios`."""
    os_version: int | None = None
    """First number of its version."""
    owner: SubjectId | None = None
    """To whom it was given; a shared one has none."""
    agent: bool | None = None
    """The office's agent runs there and reports."""
    reported_at: datetime | None = None


IN_ORDER = Device(
    managed=True,
    fresh=True,
    disk_encrypted=True,
    firewall=True,
    updates_installed=True,
    screen_lock=True,
    antivirus=True,
    agent=True,
    os="windows",
    os_version=11,
)
"""One of the office's on which everything is as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Emergency access the person has asked for."""

    asked_at: datetime
    justification: str
    reviewed_late: bool = False
    """An earlier use by the same person was not reviewed in time."""
    application: ApplicationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A supplier's order: one application, what may be done there, one window, one sponsor of the office."""

    approved: bool
    since: datetime
    until: datetime
    application: ApplicationId
    sponsor_present: bool
    actions: frozenset[Action] = frozenset()
    """None where it was recorded before orders said so: then it lets nothing."""
    sponsor: SubjectId | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """Of several that hold at this moment: their roles together, until the first of them ends."""

    since: datetime
    until: datetime
    by: SubjectId | None = None
    roles: frozenset[Role] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """Access that the person asked for and somebody else approved."""

    since: datetime
    until: datetime
    application: ApplicationId
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityRole:
    """Of an official in one municipality, by the codes of the register of rights and duties."""

    municipality: MunicipalityCode
    agenda: str
    activity_role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Of the application: its name, and the beginning of the path that it is for."""

    id: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be known besides the question itself. None: not known, and no rule that needs it passes."""

    country: str | None = None
    tunnel: bool = False
    protocol: str | None = None
    impossible_travel: bool | None = None
    idle: timedelta | None = None
    device: Device | None = None
    emergency: Emergency | None = None
    ticket: Ticket | None = None
    delegation: Delegation | None = None
    purpose: str | None = None
    agenda: str | None = None
    activity_role: str | None = None
    download: bool | None = None
    author: SubjectId | None = None
    approved_by: frozenset[SubjectId] | None = None
    requested: Requested | None = None
    route: Route | None = None
    networks: frozenset[NetworkName] = frozenset()
    """Networks of the configuration that hold the address."""
    activity_roles: frozenset[ActivityRole] | None = None
    """Of the person, in all municipalities."""
    employed_since: date | None = None
    employed_until: date | None = None
    """The last day of the employment. A day that is not known may also be one that nobody has fixed yet."""
    departments: frozenset[str] | None = None
    """Departments of the person."""
    department: str | None = None
    """Department the resource belongs to."""


NOTHING_FURTHER = Facts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this person do this, with that, now? `authenticated_at` and `now` are aware."""

    subject: SubjectId
    roles: frozenset[tuple[MunicipalityCode, Role]]
    own_municipality: MunicipalityCode
    """The one the person acts for."""
    application: ApplicationId
    action: Action
    municipality: MunicipalityCode
    """Whose resource is asked for."""
    level: AuthenticationLevel
    factors: frozenset[str]
    """Values of RFC 8176 §2 (`amr`)."""
    authenticated_at: datetime
    address: str
    """Client address without port; text that is no address counts as not known."""
    now: datetime
    facts: Facts = NOTHING_FURTHER


Text = dict[Language, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    rule: str
    """`@id` of the deciding policy: the first in order of files and lines."""
    version: str
    also: tuple[str, ...] = ()
    """Further policies that permit it too."""


class AskFor(StrEnum):
    """What may mend a refusal and can be asked for: the page of a refusal leads to the form of it."""

    ACCESS = "access"
    ORDER = "order"
    EMERGENCY = "emergency"
    PURPOSE = "purpose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    reason: str
    rule: str
    """`@id` of the deciding policy; empty when the refusal is that nothing permits."""
    version: str
    title: Text
    advice: Text
    ask_for: AskFor | None = None
    """None: asking does not mend it."""
    also: tuple[str, ...] = ()
    """Further policies that forbid it too."""
    detail: str = field(default="", compare=False)
    """For the log: what went wrong inside, in Cedar's words. Not for the person."""
    reads_of_device: frozenset[str] = field(default=frozenset(), compare=False)
    """Which facts of the device the policies that forbid it read."""


Verdict = Permitted | Refused
