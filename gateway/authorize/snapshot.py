"""All that a verdict rests on besides the request and the session: one immutable view."""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from config.district import District
from config.named_networks import NamedNetworks
from config.settings import Identity, SignIn, TechnicalAccount
from config.vocabulary import Action, ApplicationId, MunicipalityCode
from policies.model import Question, Verdict


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
    networks: NamedNetworks = field(default_factory=NamedNetworks)
    epoch: str
    """Changes when every grant must be decided anew: other policies, other applications."""
