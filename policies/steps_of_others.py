"""Steps that others have to make for a person: approve, stand by, give a role or take one away. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

from config.vocabulary import MunicipalityCode, Role
from policies.explain import ANYBODY
from policies.model import Delegation, Emergency, Question, Ticket
from policies.steps import Known, Maker, Step, StepKind, facts_with

JUSTIFICATION = "Věc nesnese odkladu do zítřka"  # of as many words as a rule may ask for
LASTS = timedelta(hours=8)


def _orders(question: Question, known: Known) -> Iterator[Step]:
    if not known.looks_at("context", "ticket"):
        return
    if question.facts.ticket is not None:
        yield Step(
            StepKind.SPONSOR,
            "",
            lambda asked: facts_with(
                asked, ticket=asked.facts.ticket and replace(asked.facts.ticket, sponsor_present=True)
            ),
        )
    yield Step(
        StepKind.ORDER,
        "",
        lambda asked: facts_with(
            asked,
            ticket=Ticket(
                approved=True,
                since=asked.now,
                until=asked.now + LASTS,
                application=asked.application,
                sponsor_present=True,
            ),
        ),
    )


def _delegations(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "delegation"):
        yield Step(
            StepKind.DELEGATION,
            "",
            lambda asked: facts_with(asked, delegation=Delegation(since=asked.now, until=asked.now + LASTS)),
        )


def _others(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "author"):
        yield Step(StepKind.SOMEBODY_ELSE, "", lambda asked: facts_with(asked, author=ANYBODY))


def _emergencies(_: Question, known: Known) -> Iterator[Step]:
    if known.looks_at("context", "emergency"):
        yield Step(
            StepKind.EMERGENCY,
            "",
            lambda asked: facts_with(
                asked, emergency=Emergency(asked_at=asked.now, justification=JUSTIFICATION)
            ),
        )


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


OTHERS: tuple[Maker, ...] = (_orders, _delegations, _others, _emergencies, _roles, _departments, _cleared)
"""The easiest first."""
