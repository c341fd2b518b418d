"""Who may do what in one municipality: every role, application, action, level and state of the device. Pure.

Each cell is the verdict that a person would get who has that one role there, acts for the municipality and has just
signed in; a named part of an application has cells of its own, and where somebody decides it is about others. No policy
that names a person plays a part: the matrix is about roles.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, MunicipalityCode, Role
from policies.evaluate import Outcome, PolicyBook
from policies.explain import ANYBODY
from policies.incidents import INCIDENT
from policies.model import IN_ORDER, NOTHING_FURTHER, Device, Facts, Question, Route
from policies.parts import NO_PARTS, Parts, reads_parts
from policies.reasons import Reason
from policies.somebody_elses import of_somebody_else


class DeviceState(StrEnum):
    """Of the device somebody comes with."""

    IN_ORDER = "in_order"
    """Managed, its state reported lately, and everything as it should be."""
    UNMANAGED = "unmanaged"
    UNKNOWN = "unknown"


DEVICES: dict[DeviceState, Device | None] = {
    DeviceState.IN_ORDER: IN_ORDER,
    DeviceState.UNMANAGED: Device(managed=False, fresh=False),
    DeviceState.UNKNOWN: None,
}
FACTORS: dict[AuthenticationLevel, frozenset[str]] = {
    AuthenticationLevel.PASSWORD: frozenset({"pwd"}),
    AuthenticationLevel.TWO_FACTORS: frozenset({"pwd", "otp"}),
    AuthenticationLevel.PHISHING_RESISTANT: frozenset({"hwk", "user"}),
}


class Case(NamedTuple):
    """Of which a cell speaks."""

    role: Role
    application: ApplicationId
    action: Action
    level: AuthenticationLevel
    device: DeviceState
    part: Route | None = None
    """By which named route of the application; None: by what has no name."""


@dataclass(frozen=True, slots=True)
class Answer:
    permits: bool
    rule: str
    """`@id` of the deciding policy; empty where nothing permits."""
    reason: str
    """Of a refusal; empty where it is permitted."""

    @property
    def closed(self) -> bool:
        """By an incident, whatever else the policies say."""
        return self.reason.startswith(INCIDENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """The same for all cells. `now` is aware; the device among the facts is each cell's own."""

    now: datetime
    address: str = ""
    """Empty: not known."""
    age: timedelta = timedelta(0)
    """Of the sign-in."""
    facts: Facts = NOTHING_FURTHER


@dataclass(frozen=True, slots=True)
class Matrix:
    municipality: MunicipalityCode
    version: str
    at: Circumstances
    cells: Mapping[Case, Answer]


def cases(
    applications: Iterable[ApplicationId], roles: Iterable[Role] = Role, parts: Parts = NO_PARTS
) -> Iterator[Case]:
    """In the order in which people read them."""
    for role, application in product(roles, applications):
        for part in (None, *parts.get(application, ())):
            for action, level, device in product(Action, AuthenticationLevel, DeviceState):
                yield Case(role, application, action, level, device, part)


def question_of(case: Case, municipality: MunicipalityCode, at: Circumstances) -> Question:
    return Question(
        subject=ANYBODY,
        roles=frozenset({(municipality, case.role)}),
        own_municipality=municipality,
        application=case.application,
        action=case.action,
        municipality=municipality,
        level=case.level,
        factors=FACTORS[case.level],
        authenticated_at=at.now - at.age,
        address=at.address,
        now=at.now,
        facts=_of_case(at.facts, case, at.now),
    )


def matrix(
    book: PolicyBook,
    municipality: MunicipalityCode,
    at: Circumstances,
    applications: Iterable[ApplicationId] = (),
    progress: Callable[[int, int], object] = lambda _done, _all: None,
    parts: Parts = NO_PARTS,
) -> Matrix:
    """`applications`: all that the book knows where none are named. `progress` hears of roles done, of how many.

    `parts`: of the applications, each beside the rest of it (`policies.parts.named_parts`).
    """
    asked = tuple(applications) or tuple(book.names.applications)
    outcomes: dict[Case, Outcome | None] = {}
    told_apart = parts if any(map(reads_parts, book.policies_of(municipality))) else NO_PARTS
    for done, role in enumerate(Role, 1):
        those = list(cases(asked, (role,), told_apart))
        outcomes |= zip(
            those, book.outcomes(question_of(one, municipality, at) for one in those), strict=True
        )
        progress(done, len(Role))
    permitted = _permitted(outcomes)
    fresh = permitted | _by_a_new_sign_in(book, municipality, at, outcomes) if at.age else permitted
    known = municipality in book.names.district
    not_consulted = Reason.MUNICIPALITY_WITHOUT_POLICIES if known else Reason.UNKNOWN_MUNICIPALITY
    unconsulted = Answer(permits=False, rule="", reason=str(not_consulted))
    # A cell is one of a few answers, so equal ones are the same value.
    answers: dict[Answer, Answer] = {}
    cells = {}
    for case, outcome in outcomes.items():
        answer = unconsulted if outcome is None else _answer(case, outcome, permitted, fresh)
        cells[case] = answers.setdefault(answer, answer)
    if told_apart is not parts:  # no policy reads the route, so each part is as the rest
        cells = {case: cells[case._replace(part=None)] for case in cases(asked, parts=parts)}
    return Matrix(municipality, book.version, at, cells)


def _of_case(facts: Facts, case: Case, now: datetime) -> Facts:
    device = DEVICES[case.device]
    if device is not None and device.managed:
        device = replace(device, reported_at=now)
    facts = of_somebody_else(facts, case.application, case.action)
    idle = timedelta(0) if facts.idle is None else facts.idle  # somebody who is there just now
    travel = facts.impossible_travel
    if travel is None and facts.country is not None:
        # Who is at a known place is there; of an unknown one nobody can say how they came there.
        travel = False
    return replace(facts, device=device, route=case.part, idle=idle, impossible_travel=travel)


def _permitted(outcomes: Mapping[Case, Outcome | None]) -> frozenset[Case]:
    return frozenset(case for case, outcome in outcomes.items() if outcome and outcome.permits)


def _by_a_new_sign_in(
    book: PolicyBook,
    municipality: MunicipalityCode,
    at: Circumstances,
    outcomes: Mapping[Case, Outcome | None],
) -> frozenset[Case]:
    refused = [case for case, outcome in outcomes.items() if outcome and not outcome.deciding]
    now = replace(at, age=timedelta(0))
    anew = book.outcomes(question_of(case, municipality, now) for case in refused)
    return _permitted(dict(zip(refused, anew, strict=True)))


def _answer(case: Case, outcome: Outcome, permitted: frozenset[Case], fresh: frozenset[Case]) -> Answer:
    if outcome.error:
        return Answer(permits=False, rule=outcome.erring, reason=str(Reason.POLICY_ERROR))
    if outcome.permits:
        return Answer(permits=True, rule=outcome.deciding[0].id, reason="")
    if outcome.deciding:
        return Answer(permits=False, rule=outcome.deciding[0].id, reason=outcome.deciding[0].reason)
    return Answer(permits=False, rule="", reason=str(_why_nothing_permits(case, permitted, fresh)))


def _why_nothing_permits(case: Case, permitted: frozenset[Case], fresh: frozenset[Case]) -> Reason:
    """As a decision explains it (policies/explain.py); here the other cells have the answers already."""
    if case in fresh:
        return Reason.SIGN_IN_TOO_OLD
    if case._replace(level=AuthenticationLevel.PHISHING_RESISTANT) in fresh:
        return Reason.STRONGER_SIGN_IN_NEEDED
    if not any(case._replace(role=role) in permitted for role in Role):
        return Reason.NOTHING_PERMITS
    if any(case._replace(action=action) in permitted for action in Action):
        return Reason.ACTION_NOT_PERMITTED
    return Reason.ROLE_NOT_SUFFICIENT
