"""What demands are held against: the settings in force, what the state says, and what the log has of the period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.settings import Settings, Title
from config.vocabulary import MunicipalityCode
from gateway.access_review.campaign import Campaign
from gateway.asks.emergencies import Emergencies
from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.search import Count
from idp.login.exception import SignInException

NONE = Count(0, at_least=False)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the log has of one code in the period. `newest`: the last few, without what cannot be read."""

    count: Count = NONE
    newest: tuple[Recorded, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of the last verification of the whole log that came to one."""

    whole: bool
    at: datetime
    sequence: int
    """Of its entry."""


@dataclass(frozen=True, slots=True)
class Unapproved:
    """A version of the policies that somebody put in force alone."""

    number: int
    author: str


class Vouches(StrEnum):
    """How a witness stands with the log."""

    COSIGNS = "cosigns"
    AWAY = "away"
    NOT_YET = "not_yet"
    REFUSES = "refuses"


@dataclass(frozen=True, slots=True)
class Owed:
    """A report of a security incident that did not go in time. `sent`: when it went, late; `closed`: the incident."""

    incident: int
    report: Title
    due: datetime
    sent: datetime | None
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class Devices:
    """With agents, and in use. `silent`: of these, that reported nothing for longer than policies go by."""

    in_use: int = 0
    managed: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Resting:
    """The newest requests of signed-in people, and how many of them name no decision on which they rest."""

    looked_at: int = 0
    silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`exceptions`: those that run; `reviews`: all campaigns; `recovery`: whether a sealed secret is in force."""

    settings: Settings
    now: datetime
    municipalities: Mapping[MunicipalityCode, str]
    policies: str
    """Version in force."""
    unapproved: Sequence[Unapproved] = ()
    """Versions of the policies that came into force in the period by files alone, the newest first."""
    exceptions: Sequence[SignInException] = ()
    emergencies: Emergencies = field(default_factory=Emergencies)
    reviews: Sequence[Campaign] = ()
    recovery: bool = False
    verdict: Verdict | None = None
    tallies: Mapping[Code, Tally] = field(default_factory=dict)
    witnesses: Mapping[str, Vouches] = field(default_factory=dict)
    """Of the log, by their names."""
    receivers_waiting: Mapping[str, datetime] = field(default_factory=dict)
    """Receivers of the log that take nothing, and since when."""
    owed: Sequence[Owed] = ()
    resting: Resting = Resting()
    devices: Devices = Devices()

    def count(self, *codes: Code) -> int:
        """At least so many entries of these codes are there in the period."""
        return sum(self.tallies.get(code, Tally()).count.number for code in codes)
