"""All that a verdict rests on besides the request and the session: one immutable view."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.district import District
from config.named_networks import NamedNetworks
from config.settings import Identity, SignIn, TechnicalAccount
from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, RouteName, SubjectId
from gateway.asks.ask import Ask
from gateway.asks.separation import Duties, Meeting
from gateway.authorize.devices import NO_DEVICES, Devices
from gateway.authorize.whereabouts import Whereabouts
from policies.model import Question, Route, Verdict

Asks = Callable[[SubjectId], Sequence[Ask]]
"""All that may count of what a person asked for; from memory, at once (`gateway.asks.in_force`)."""


def nobody_asked(_: SubjectId) -> Sequence[Ask]:
    return ()


Suspended = Callable[[SubjectId, datetime], bool]
"""Whether an officer has suspended somebody, or a device; from memory, at once (`gateway.incidents.suspension`)."""


def nobody_suspended(_who: SubjectId, _now: datetime) -> bool:
    return False


class Policies(Protocol):
    """What is needed of the policies: `policies.evaluate.PolicyBook`."""

    @property
    def version(self) -> str: ...

    def decide_and_look(
        self, question: Question, further: Collection[Action]
    ) -> tuple[Verdict, Mapping[Action, str]]: ...

    def permits_until(
        self, question: Question, actions: AbstractSet[Action], latest: datetime
    ) -> datetime: ...

    def allowed(self, question: Question, actions: Collection[Action]) -> frozenset[Action]: ...

    def allowed_by(self, question: Question, actions: Collection[Action]) -> Mapping[Action, str]: ...


@dataclass(frozen=True, slots=True)
class NamedRoute:
    """A part of an application of which policies may speak."""

    route: Route
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Offer:
    """An application as decisions see it."""

    actions: frozenset[Action]
    """Every action that one of its routes without a name asks for."""
    municipalities: frozenset[MunicipalityCode]
    identity: Identity = field(default_factory=Identity)
    """How it is told who asks."""
    grant_suffix: str = ""
    """What the name of its grants' cookie ends with."""
    technical: bool = False
    """Whether technical accounts may use it."""
    mark: str = ""
    """Of the settings that it is made of (`config.marks`)."""
    routes: Mapping[RouteName, NamedRoute] = field(default_factory=dict)
    """Those that have a name."""

    @property
    def every_action(self) -> frozenset[Action]:
        """That any of its routes asks for."""
        return self.actions.union(*(named.actions for named in self.routes.values()))

    def actions_of(self, route: RouteName | None) -> frozenset[Action]:
        """What can be asked for by that route; by one that has no name where it is None."""
        if route is None:
            return self.actions
        named = self.routes.get(route)
        return frozenset() if named is None else named.actions

    def asked_for(self) -> Iterator[tuple[Action, RouteName | None]]:
        """All that its routes ask for; by those without a name first."""
        for route in (None, *self.routes):
            actions = self.actions_of(route)
            yield from ((action, route) for action in Action if action in actions)

    def questions(self, question: Question) -> Iterator[tuple[Question, frozenset[Action]]]:
        """The same question about all that the application is asked for: by routes without a name, then by each named
        one, with the actions of each.
        """
        yield _by_route(question, None), self.actions
        for named in self.routes.values():
            yield _by_route(question, named.route), named.actions

    def opens(self, question: Question, policies: Policies) -> bool:
        """Whether anything of it is permitted; the question's own action and route play no part."""
        return any(policies.allowed(one, actions) for one, actions in self.questions(question))


def parts_of(applications: Mapping[ApplicationId, Offer]) -> dict[ApplicationId, tuple[Route, ...]]:
    """The named routes of those that have any."""
    return {
        name: tuple(named.route for named in offer.routes.values())
        for name, offer in applications.items()
        if offer.routes
    }


def route_named_in(question: Question) -> RouteName | None:
    route = question.facts.route
    return None if route is None else RouteName(route.id)


def _by_route(question: Question, route: Route | None) -> Question:
    if question.facts.route == route:
        return question
    return replace(question, facts=replace(question.facts, route=route))


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
    suspended: Suspended = nobody_suspended
    devices: Devices = NO_DEVICES
    duties: Duties
    """Which may not meet in one person."""
    networks: NamedNetworks = field(default_factory=NamedNetworks)
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    epoch: str
    """Changes when every grant must be decided anew: other policies, other applications."""

    def meeting(
        self, subject: SubjectId, roles: Collection[tuple[MunicipalityCode, Role]], now: datetime
    ) -> Meeting | None:
        """Which of somebody's roles may not meet, those among them that others have lent by a delegation."""
        return self.duties.meeting_now(subject, roles, self.asks, now) if self.duties.roles else None

    def lending(
        self, subject: SubjectId, roles: Collection[tuple[MunicipalityCode, Role]], now: datetime
    ) -> Ask | None:
        """By which delegation somebody has one of those that meet."""
        return self.duties.lending(subject, roles, self.asks, now) if self.duties.roles else None
