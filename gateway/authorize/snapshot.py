"""All that a verdict rests on besides the request and the session: one immutable view."""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from config.district import District
from config.named_networks import NamedNetworks
from config.settings import Identity, SignIn, TechnicalAccount
from config.vocabulary import Action, ApplicationId, MunicipalityCode, SubjectId
from gateway.asks.ask import Ask
from gateway.asks.separation import Duties
from gateway.authorize.whereabouts import Whereabouts
from policies.model import Question, Verdict

Asks = Callable[[SubjectId], Sequence[Ask]]
"""All that may count of what a person asked for; from memory, at once (`gateway.asks.in_force`)."""


def nobody_asked(_: SubjectId) -> Sequence[Ask]:
    return ()


class Policies(Protocol):
    """What is needed of the policies: `policies.evaluate.PolicyBook`."""

    @property
    def version(self) -> str: ...

    def decide_and_look(
        self, question: Question, further: Collection[Action]
    ) -> tuple[Verdict, frozenset[Action]]: ...

    def permits_until(
        self, question: Question, actions: AbstractSet[Action], latest: datetime
    ) -> datetime: ...

    def allowed(self, question: Question, actions: Collection[Action]) -> frozenset[Action]: ...


@dataclass(frozen=True, slots=True)
class Offer:
    """An application as decisions see it."""

    actions: frozenset[Action]
    """Every action that one of its routes asks for."""
    municipalities: frozenset[MunicipalityCode]
    identity: Identity = field(default_factory=Identity)
    """How it is told who asks."""
    grant_suffix: str = ""
    """What the name of its grants' cookie ends with."""
    technical: bool = False
    """Whether technical accounts may use it."""
    mark: str = ""
    """Of the settings that it is made of (`config.marks`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    policies: Policies
    applications: Mapping[ApplicationId, Offer]
    district: District
    limits: SignIn
    grant_lifetime: timedelta
    directory_grace: timedelta
    technical: Mapping[str, TechnicalAccount] = field(default_factory=dict)
    """By id."""
    asks: Asks = nobody_asked
    duties: Duties = field(default_factory=Duties)
    """Which may not meet in one person."""
    networks: NamedNetworks = field(default_factory=NamedNetworks)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    epoch: str
    """Changes when every grant must be decided anew: other policies, other applications."""
