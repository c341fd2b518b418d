"""What must hold whatever the policies say and whatever is asked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, MunicipalityCode, Role
from policies.evaluate import PolicyBook
from policies.examine import Examined, examine
from policies.fact_words import FACT_TITLES
from policies.incidents import Closure, policies_of
from policies.load import PoliciesUnusable
from policies.model import Facts, Permitted, Question, Refused
from policies.reasons import Names
from tests.policies.generated import (
    ATOMS,
    CLOSURES,
    DISTRICT,
    FAILING,
    OF_PEOPLE,
    OF_REGION,
    OF_WHAT_IS_LENT,
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
    saved,
    source_of,
    statements,
)
from tests.policies.generated import of as municipal_scopes
from tests.policies.generated_questions import (
    FACT,
    FACTS_OF_PEOPLE,
    LENT_SOMETHING,
    NAMED,
    PROGRAM,
    QUESTIONS,
    STRANGERS,
    nearly_the_same,
)
from tests.policies.world import HONETICE, HULIN, KROMERIZ, ask

Own = dict[MunicipalityCode, list[str]]

PLACES = (HULIN, KROMERIZ, HONETICE)
SETS = {code: municipal(code, more=OF_WHAT_IS_LENT) for code in PLACES}
FAILING_SETS = {code: municipal(code, more=(*OF_WHAT_IS_LENT, *FAILING * 8)) for code in PLACES}
HULINS, KROMERIZS = SETS[HULIN], SETS[KROMERIZ]
FEW = 40  # each makes a set of policies or two, and asks it several times
ASKED = st.lists(QUESTIONS | LENT_SOMETHING, min_size=1, max_size=3)
CLOSED = st.lists(CLOSURES, max_size=1)
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


@st.composite
def changes(draw: st.DrawFn) -> tuple[MunicipalityCode, MunicipalityCode, Own, Own]:
    """Whose set changes, about whose resource is asked, and all sets before and after: another one or none."""
    changing, there, third = draw(st.permutations(PLACES))
    others = {there: draw(SETS[there])} | draw(st.fixed_dictionaries({}, optional={third: SETS[third]}))
    before, after = draw(st.tuples(SETS[changing], st.none() | FAILING_SETS[changing]))
    return changing, there, others | {changing: before}, others | ({} if after is None else {changing: after})


@settings(max_examples=2 * FEW)
@given(REGIONAL, changes(), CLOSED, ASKED)
def test_a_municipalitys_set_changes_no_verdict_about_anothers_resource(
    region: list[str],
    change: tuple[MunicipalityCode, MunicipalityCode, Own, Own],
    closed: list[Closure],
    asked: list[Question],
) -> None:
    """Also where it fails or there is none, and whatever was asked about the municipality itself before."""
    changing, there, *texts = change
    before, after = (saved(region, own, closed) for own in texts)
    for question in asked:
        for book in (before, after):
            book.allowed(replace(question, municipality=changing), Action)
        elsewhere = replace(question, municipality=there)
        assert answer(before, elsewhere) == answer(after, elsewhere)
        assert before.allowed_by(elsewhere, Action) == after.allowed_by(elsewhere, Action)


def answer(book: PolicyBook, question: Question) -> Permitted | Refused:
    """Without the version, which is another one with each text."""
    return replace(book.decide(question), version="")


OWN_SCOPES = (f'resource in Municipality::"{HULIN}"', *municipal_scopes(HULIN))
REACHING = (
    *OF_REGION,
    *municipal_scopes(KROMERIZ),
    "resource is Resource",
    f'resource // in Municipality::"{HULIN}"\n',
    'resource in Municipality::"itself"',
)


@settings(max_examples=FEW)
@given(
    REGIONAL,
    st.sampled_from((*OWN_SCOPES, *REACHING)).flatmap(
        lambda scope: st.tuples(st.just(scope), statements("permit forbid", (scope,), FAILING))
    ),
    HULINS,
    KROMERIZS,
    ASKED,
)
def test_what_a_municipality_may_save_reaches_nobody_elses_resource(
    region: list[str],
    added: tuple[str, str],
    own: list[str],
    kromeriz: list[str],
    asked: list[Question],
) -> None:
    """What is not limited to its own is not saved, and were it, it would be asked nowhere else."""
    scope, text = added
    before = saved(region, {HULIN: own, KROMERIZ: kromeriz})
    if scope in OWN_SCOPES:
        after = saved(region, {HULIN: [*own, text], KROMERIZ: kromeriz})
    else:
        with pytest.raises(PoliciesUnusable, match=f"not limited to municipality {HULIN}"):
            saved(region, {HULIN: [*own, text], KROMERIZ: kromeriz})
        if "itself" in scope:
            return  # nowhere, so the region cannot say it either
        sources = {HULIN: source_of(HULIN, [*own, text]), KROMERIZ: source_of(KROMERIZ, kromeriz, KROMERIZ)}
        after = PolicyBook(source_of("region", region), sources, Names(DISTRICT), "")
    for question in asked:
        after.allowed(replace(question, municipality=HULIN), Action)
        elsewhere = replace(question, municipality=KROMERIZ)
        assert answer(before, elsewhere) == answer(after, elsewhere)
        assert before.allowed_by(elsewhere, Action) == after.allowed_by(elsewhere, Action)


@settings(max_examples=FEW)
@given(
    REGIONAL,
    st.lists(statements("permit", OF_REGION, OF_WHAT_IS_LENT), max_size=2),
    HULINS,
    st.just(EVERYTHING_THERE[:1]) | municipal(HULIN, "permit", OF_WHAT_IS_LENT),
    st.sampled_from([[], EVERYTHING_THERE[:1], EVERYTHING_THERE[1:]]),
    CLOSED,
    ASKED,
)
def test_a_permit_that_is_added_takes_no_access_away(
    region: list[str],
    more_of_region: list[str],
    own: list[str],
    more: list[str],
    to_take: list[str],
    closed: list[Closure],
    asked: list[Question],
) -> None:
    """Wherever it is added, nor of a program. One that fails is no permit, but a fault."""
    opens = to_take + own
    before = book_of(region, {HULIN: opens}, closed)
    for after in (
        book_of(region + more_of_region, {HULIN: opens + more}, closed),
        book_of(more_of_region + region, {HULIN: more + opens}, closed),
    ):
        for question, program in product(asked, (False, True)):
            here = replace(question, municipality=HULIN)
            here = replace(here, subject=PROGRAM) if program else here
            assert before.allowed(here, Action) <= after.allowed(here, Action)


@settings(max_examples=FEW)
@given(
    REGIONAL,
    statements("forbid", OF_REGION, FAILING),
    CLOSED,
    municipal(HULIN, "permit", OF_WHAT_IS_LENT),
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
@given(
    regional(FAILING),
    municipal(HULIN, more=(*OF_WHAT_IS_LENT, *FAILING)),
    CLOSED,
    nearly_the_same(QUESTIONS | LENT_SOMETHING),
)
def test_what_is_left_out_and_what_is_remembered_change_no_verdict(
    region: list[str], own: list[str], closed: list[Closure], asked: list[Question]
) -> None:
    """Each question is asked of everybody, and a minute later: what one was told, the next would be. They differ by as
    little as policies may ask about.
    """
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
        for question in (*asked, *_the_same_but_for_what_is_read(asked, condition)):
            answers_plainly(book, "", own, replace(question, municipality=HULIN))


def _the_same_but_for_what_is_read(asked: list[Question], condition: str) -> Iterator[Question]:
    """What is remembered of one must not be told of another that a policy tells apart from it."""
    latest = max(asked, key=lambda one: one.now)  # what the others know has happened by then
    for other in asked:
        yield replace(latest, level=other.level, factors=other.factors)
        for name in FACT:
            if name in condition:
                yield replace(latest, facts=replace(latest.facts, **{name: getattr(other.facts, name)}))


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
