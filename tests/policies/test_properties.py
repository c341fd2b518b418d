"""What must hold whatever the policies say and whatever is asked."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, Role
from policies.evaluate import PolicyBook
from policies.examine import Examined, examine
from policies.fact_words import FACT_TITLES
from policies.incidents import Closure, policies_of
from policies.model import Facts, Permitted, Question, Refused
from tests.policies.generated import (
    ATOMS,
    CLOSURES,
    FAILING,
    OF_PEOPLE,
    OF_REGION,
    OVERFLOWS,
    REGIONAL,
    SCHEMA,
    SCOPES,
    WORDS,
    book_of,
    municipal,
    numbered,
    plainly,
    regional,
    statements,
)
from tests.policies.generated_questions import FACTS_OF_PEOPLE, NAMED, QUESTIONS, STRANGERS
from tests.policies.world import HULIN, KROMERIZ, ask

HULINS, KROMERIZS = municipal(HULIN), municipal(KROMERIZ)
FEW = 40  # each makes a set of policies or two, and asks it several times
ASKED = st.lists(QUESTIONS, min_size=1, max_size=3)
THERE = f'resource in Municipality::"{HULIN}"'
EVERYTHING_THERE = [
    f"permit (principal, action, {THERE});",
    f"permit (principal is TechnicalAccount, action, {THERE});",
]


def test_conditions_read_every_fact_that_policies_can_ask_about() -> None:
    read: set[tuple[str, ...]] = {("action",)}
    for atom in (*ATOMS, *OF_PEOPLE):
        found = examine(f"permit (principal, action, resource) when {{ {atom} }};", SCHEMA)
        assert isinstance(found, Examined), atom
        assert not found.faults, (atom, found.faults)
        read |= {path[:length] for path in found.reads for length in range(1, len(path) + 1)}
    assert FACT_TITLES.keys() - read == set()


@settings(max_examples=FEW)
@given(REGIONAL, HULINS, st.none() | municipal(HULIN, more=FAILING), KROMERIZS, ASKED)
def test_a_municipalitys_set_changes_no_verdict_about_anothers_resource(
    region: list[str], one: list[str], other: list[str] | None, kromeriz: list[str], asked: list[Question]
) -> None:
    """Also where it fails or there is none, and whatever was asked about the municipality itself before."""
    before = book_of(region, {HULIN: one, KROMERIZ: kromeriz})
    after = book_of(region, {KROMERIZ: kromeriz} | ({} if other is None else {HULIN: other}))
    for question in asked:
        for book in (before, after):
            book.allowed(replace(question, municipality=HULIN), Action)
        elsewhere = replace(question, municipality=KROMERIZ)
        assert before.decide(elsewhere) == after.decide(elsewhere)
        assert before.allowed(elsewhere, Action) == after.allowed(elsewhere, Action)


@settings(max_examples=FEW)
@given(
    REGIONAL,
    st.lists(statements("permit", OF_REGION), max_size=2),
    HULINS,
    municipal(HULIN, "permit"),
    KROMERIZS,
    ASKED,
)
def test_a_permit_that_is_added_takes_no_access_away(
    region: list[str],
    more_of_region: list[str],
    own: list[str],
    more: list[str],
    kromeriz: list[str],
    asked: list[Question],
) -> None:
    """Wherever it is added. One that fails is no permit, but a fault."""
    before = book_of(region, {HULIN: own, KROMERIZ: kromeriz})
    after = book_of(region + more_of_region, {HULIN: own + more, KROMERIZ: kromeriz})
    for question in asked:
        assert before.allowed(question, Action) <= after.allowed(question, Action)


@settings(max_examples=FEW)
@given(
    REGIONAL,
    statements("forbid", OF_REGION, FAILING),
    st.lists(CLOSURES, max_size=1),
    municipal(HULIN, "permit"),
    ASKED,
)
def test_a_guardrail_that_holds_wins_over_whatever_a_municipality_permits(
    region: list[str], guardrail: str, closed: list[Closure], own: list[str], asked: list[Question]
) -> None:
    """So does what is closed in an incident. A guardrail that fails holds."""
    book = book_of([*region, guardrail], {HULIN: [*EVERYTHING_THERE, *own]}, closed)
    guardrails = f"{numbered('a', [*EVERYTHING_THERE, guardrail])}\n{policies_of(closed)}"
    for question in asked:
        here = replace(question, municipality=HULIN)
        held = {action for action in Action if not plainly(guardrails, replace(here, action=action)).permits}
        assert not held & book.allowed(here, Action)
        assert isinstance(book.decide(here), Refused) or here.action not in held


@settings(max_examples=FEW)
@given(
    REGIONAL, HULINS, st.sampled_from(SCOPES), st.sampled_from(["permit", "forbid"]), st.booleans(), QUESTIONS
)
def test_a_policy_that_fails_refuses_wherever_it_stands(
    region: list[str], own: list[str], scope: str, effect: str, regional: bool, question: Question
) -> None:
    words = f'@reason("fails") {WORDS} ' if effect == "forbid" else ""
    fails = f"{words}{effect} (principal, {scope}, {THERE}) when {{ {OVERFLOWS} }};"
    book = book_of([*region, fails] if regional else region, {HULIN: own if regional else [*own, fails]})
    concerned = [action for action in Action if scope == "action" or f'"{action}"' in scope]
    since = question.now - timedelta(minutes=1)  # or it does not fail
    here = replace(question, municipality=HULIN, authenticated_at=since)
    assert not book.allowed(here, concerned)
    verdict = book.decide(replace(here, action=concerned[0]))
    assert isinstance(verdict, Refused)
    assert verdict.reason == "policy_error"


@settings(max_examples=FEW)
@given(REGIONAL, KROMERIZS, QUESTIONS)
def test_where_there_is_no_policy_nothing_opens(
    region: list[str], kromeriz: list[str], question: Question
) -> None:
    book, here = book_of(region, {KROMERIZ: kromeriz}), replace(question, municipality=HULIN)
    verdict = book.decide(here)
    assert isinstance(verdict, Refused)
    assert verdict.reason == "municipality_without_policies"
    assert not book.allowed(here, Action)


@settings(max_examples=FEW)
@given(
    st.lists(statements("forbid", OF_REGION), min_size=1, max_size=3), municipal(HULIN, "forbid"), QUESTIONS
)
def test_where_nothing_permits_nothing_opens(region: list[str], own: list[str], question: Question) -> None:
    here = replace(question, municipality=HULIN)
    assert not book_of(region, {HULIN: own}).allowed(here, Action)


@settings(max_examples=FEW)
@given(regional(FAILING), municipal(HULIN, more=FAILING), st.lists(CLOSURES, max_size=1), ASKED)
def test_what_is_left_out_and_what_is_remembered_change_no_verdict(
    region: list[str], own: list[str], closed: list[Closure], asked: list[Question]
) -> None:
    """Each question is asked of everybody, and a minute later: what one was told, the next would be."""
    book = book_of(region, {HULIN: own}, closed)
    for question, later in product(asked, (timedelta(), timedelta(minutes=1))):
        for subject in dict.fromkeys((question.subject, *STRANGERS)):
            here = replace(question, municipality=HULIN, subject=subject, now=question.now + later)
            answers_plainly(book, f"{policies_of(closed)}\n{numbered('region', region)}", own, here)


@settings(max_examples=3)
@given(st.lists(QUESTIONS, min_size=4, max_size=4))
def test_each_condition_by_itself_is_answered_plainly(asked: list[Question]) -> None:
    for condition in (*ATOMS, *OF_PEOPLE, *FAILING):
        kinds = (
            f"when {{ {condition} }}",
            f"unless {{ {condition} }}",
            f"unless {{ {condition} }} when {{ context.sign_in.level >= 2 }}",
        )
        own = [f"permit (principal, action, {THERE}) {kind};" for kind in kinds]
        book = book_of([], {HULIN: own})
        for question in asked:
            answers_plainly(book, "", own, replace(question, municipality=HULIN))


@settings(max_examples=FEW)
@given(st.sampled_from(OF_PEOPLE), st.sampled_from(["when", "unless"]), FACTS_OF_PEOPLE)
def test_people_who_are_told_apart_by_a_policy_are_not_taken_for_each_other(
    condition: str, kind: str, facts: Facts
) -> None:
    own = [f"permit (principal, action, {THERE}) {kind} {{ {condition} }};"]
    book = book_of([], {HULIN: own})
    for subject in (NAMED, *STRANGERS, NAMED):
        answers_plainly(book, "", own, ask((HULIN, Role.CLERK), subject=subject, facts=facts))


def answers_plainly(book: PolicyBook, region: str, own: list[str], question: Question) -> None:
    """The book answers as Cedar does when it is told everything, one or many at once, and refuses what fails."""
    plain = plainly(f"{region}\n{numbered(HULIN, own)}", question)
    (outcome,) = book.outcomes([question])
    verdict = book.decide(question)
    assert outcome is not None
    assert isinstance(verdict, Permitted) is outcome.permits is plain.permits
    assert {one.id for one in outcome.deciding} == (set() if plain.failed else plain.by)
    if isinstance(verdict, Permitted):
        assert {verdict.rule, *verdict.also} == plain.by
    elif plain.failed:
        assert verdict.reason == "policy_error"
        assert verdict.rule in plain.failed
        assert outcome.erring in plain.failed
    else:
        assert verdict.reason != "policy_error"
