"""The verdicts on one request. The same named reason reaches the person, the log and the tests."""

from dataclasses import dataclass

from config.vocabulary import NO_DEVICE, DeviceId, Language, MunicipalityCode
from gateway.grants.claims import Grant
from policies.model import AskFor, Question, Route

Text = dict[Language, str]


@dataclass(frozen=True, slots=True)
class Mend:
    """Something on the device that its person can put in order. `check`: one of `agents.protocol.checks`, or what is
    asked before any: `certificate`, `managed`, `fresh`.
    """

    check: str
    title: Text
    how: Text


@dataclass(frozen=True, slots=True)
class Granted:
    grant: Grant
    rule: str
    question: Question | None = None
    """What the policies were asked."""
    routes: tuple[Route, ...] = ()
    """Those with a name by which the grant lets something."""
    device: DeviceId = NO_DEVICE
    """The enrolled one that the connection has shown; so below."""


@dataclass(frozen=True, slots=True)
class SignInNeeded:
    """Nobody is signed in here, or the session is over (`reason` then says why)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    reason: str
    rule: str
    """`@id` of the deciding policy; empty where none decided."""
    policy_version: str
    title: Text
    advice: Text
    municipality: MunicipalityCode | None
    """Whose resource was asked for, where that is known."""
    detail: str = ""
    """For the log only."""
    ask_for: AskFor | None = None
    """What the person can be led to."""
    question: Question | None = None
    """What the policies were asked; None where they were not."""
    device: DeviceId = NO_DEVICE
    mend: tuple[Mend, ...] = ()


Verdict = Granted | SignInNeeded | Refused
