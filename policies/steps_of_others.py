"""Steps that others have to make for a person: approve, stand by, give a role or take one away. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product

from config.vocabulary import MunicipalityCode, Role
from policies.explain import ANYBODY, SOMEBODY_ELSE
from policies.model import ActivityRole, Delegation, Emergency, Question, Requested, Ticket
from policies.steps import ALL_OF, Known, Maker, Step, StepKind, facts_with
from policies.steps_oneself import PURPOSE

JUSTIFICATION = "Věc nesnese odkladu do zítřka"  # of as many words as a rule may ask for
LASTS = timedelta(hours=8)


def _orders(question: Question, known: Known) -> Iterator[Step]:
    if not known.looks_at("context", "ticket"):
        return
    if question.facts.ticket is not None:
        present = replace(question.facts.ticket, sponsor_present=True)
        yield Step(StepKind.SPONSOR, "", partial(facts_with, ticket=present))
    yield Step(StepKind.ORDER, "", with_order)


def with_order(question: Question) -> Question:
    ticket = Ticket(
        approved=True,
        since=question.now,
        until=question.now + LASTS,
        application=question.application,
        actions=frozenset({question.action}),
        sponsor_present=True,
        sponsor=ANYBODY,
        number="1",
    )
    return facts_with(question, ticket=ticket)


def _requests(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "requested"):
        yield Step(StepKind.REQUEST, "", _with_request)


def _with_request(question: Question) -> Question:
    requested = Requested(
        since=question.now,
        until=question.now + LASTS,
        application=question.application,
        actions=frozenset({question.action}),
    )
    return facts_with(question, requested=requested)


def _delegations(_: Question, known: Known) -> Iterator[Step]:
    """Of whatever role; of each one that rules name; of all these at once, for a rule that asks for several."""
    if not known.looks_at("context", "delegation"):
        return
    yield Step(StepKind.DELEGATION, "", partial(with_delegation, roles=None))
    named = [role for role in Role if role.value in known.words_for("context", "delegation", "roles")]
    for roles in ([role] for role in named):
        yield _delegation(roles)
    if len(named) > 1:
        yield _delegation(named)


def _delegation(roles: Sequence[Role]) -> Step:
    value = ALL_OF.join(role.value for role in roles)
    return Step(StepKind.DELEGATION, value, partial(with_delegation, roles=frozenset(roles)))


def with_delegation(question: Question, roles: frozenset[Role] | None) -> Question:
    delegation = Delegation(since=question.now, until=question.now + LASTS, by=ANYBODY, roles=roles)
    return facts_with(question, delegation=delegation)


def _activity_roles(question: Question, known: Known) -> Iterator[Step]:
    """To be assigned by the office, and stated then."""
    if not known.looks_at("principal", "activity_roles"):
        return
    own = question.facts.activity_roles or frozenset()
    for agenda, role in product(
        known.words_for("context", "agenda") or ("A1",),
        known.words_for("context", "activity_role") or ("CR1",),
    ):
        assigned = own | {ActivityRole(municipality=question.municipality, agenda=agenda, activity_role=role)}
        yield Step(
            StepKind.ACTIVITY_ROLE,
            f"{agenda} {role}",
            partial(facts_with, activity_roles=assigned, agenda=agenda, activity_role=role, purpose=PURPOSE),
        )


def _others(question: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "author") or known.looks_at("context", "approved_by"):
        approved = question.facts.approved_by
        without = None if approved is None else approved - {question.subject}
        yield Step(StepKind.SOMEBODY_ELSE, "", partial(facts_with, author=SOMEBODY_ELSE, approved_by=without))


def _emergencies(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "emergency"):
        yield Step(StepKind.EMERGENCY, "", in_emergency)


def in_emergency(question: Question) -> Question:
    emergency = Emergency(
        asked_at=question.now, justification=JUSTIFICATION, application=question.application
    )
    return facts_with(question, emergency=emergency)


def _roles(question: Question, known: Known) -> Iterator[Step]:
    for role in Role:
        yield Step(StepKind.ROLE, role.value, partial(_with_role, where=question.municipality, role=role))
    for office in known.words_for("principal", "offices"):
        where, _, name = office.partition("/")
        if where != question.municipality:
            yield Step(
                StepKind.OFFICE,
                office,
                partial(_with_role, where=MunicipalityCode(where), role=Role(name)),
            )
    for role in sorted({role for _, role in question.roles}):
        yield Step(StepKind.WITHOUT_ROLE, role.value, partial(_without_role, role=role))


def _with_role(question: Question, where: MunicipalityCode, role: Role) -> Question:
    return replace(question, roles=question.roles | {(where, role)})


def _without_role(question: Question, role: Role) -> Question:
    return replace(question, roles=frozenset(one for one in question.roles if one[1] is not role))


def _departments(question: Question, known: Known) -> Iterator[Step]:
    department = question.facts.department
    if department is not None and known.looks_at("principal", "departments"):
        yield Step(
            StepKind.DEPARTMENT,
            department,
            lambda asked: facts_with(
                asked, departments=(asked.facts.departments or frozenset()) | {department}
            ),
        )


def _cleared(question: Question, known: Known) -> Iterator[Step]:
    if question.facts.impossible_travel and known.looks_at("context", "place", "impossible_travel"):
        yield Step(StepKind.PLACE_CLEARED, "", lambda asked: facts_with(asked, impossible_travel=False))


OTHERS: tuple[Maker, ...] = (
    _activity_roles,
    _orders,
    _requests,
    _delegations,
    _others,
    _emergencies,
    _roles,
    _departments,
    _cleared,
)
"""The easiest first."""
