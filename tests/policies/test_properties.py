"""What must hold whatever the policies say and whatever is asked."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Action, Role
from policies.evaluate import PolicyBook
from policies.model import Facts, Permitted, Question, Refused
from tests.policies.generated import (
    FACTS_OF_PEOPLE,
    NAMED,
    OF_PEOPLE,
    OF_REGION,
    OVERFLOWS,
    QUESTIONS,
    REGIONAL,
    SCOPES,
    STRANGERS,
    WORDS,
    book_of,
    municipal,
    numbered,
    plainly,
    statements,
)
from tests.policies.world import HULIN, KROMERIZ, ask

HULINS, KROMERIZS = municipal(HULIN), municipal(KROMERIZ)
FEW = 60  # each makes a set of policies or two, and asks it several times
ASKED = st.lists(QUESTIONS, min_size=1, max_size=3)
EVERYTHING_THERE = [f'permit (principal, action, resource in Municipality::"{HULIN}");']


@settings(max_examples=FEW)
@given(REGIONAL, HULINS, HULINS, KROMERIZS, ASKED)
def test_a_municipalitys_set_changes_no_verdict_about_anothers_resource(
    region: list[str], one: list[str], other: list[str], kromeriz: list[str], asked: list[Question]
) -> None:
    before = book_of(region, {HULIN: one, KROMERIZ: kromeriz})
    after = book_of(region, {HULIN: other, KROMERIZ: kromeriz})
    for question in asked:
        elsewhere = replace(question, municipality=KROMERIZ)
        assert before.decide(elsewhere) == after.decide(elsewhere)


@settings(max_examples=FEW)
@given(REGIONAL, HULINS, municipal(HULIN, "permit"), ASKED)
def test_a_permit_that_is_added_takes_no_access_away(
    region: list[str], own: list[str], more: list[str], asked: list[Question]
) -> None:
    before, after = book_of(region, {HULIN: own}), book_of(region, {HULIN: own + more})
    for question in asked:
        assert before.allowed(question, Action) <= after.allowed(question, Action)


@settings(max_examples=FEW)
@given(REGIONAL, statements("forbid", OF_REGION), ASKED)
def test_a_guardrail_that_holds_wins_over_whatever_a_municipality_permits(
    region: list[str], guardrail: str, asked: list[Question]
) -> None:
    book = book_of([*region, guardrail], {HULIN: EVERYTHING_THERE})
    for question in asked:
        here = replace(question, municipality=HULIN)
        alone, _ = plainly(["permit (principal, action, resource);", guardrail], here)
        if not alone:
            assert isinstance(book.decide(here), Refused)


@settings(max_examples=FEW)
@given(
    REGIONAL, HULINS, st.sampled_from(SCOPES), st.sampled_from(["permit", "forbid"]), st.booleans(), QUESTIONS
)
def test_a_policy_that_fails_refuses_wherever_it_stands(
    region: list[str], own: list[str], scope: str, effect: str, regional: bool, question: Question
) -> None:
    words = f'@reason("fails") {WORDS} ' if effect == "forbid" else ""
    fails = (
        f'{words}{effect} (principal, {scope}, resource in Municipality::"{HULIN}") when {{ {OVERFLOWS} }};'
    )
    book = book_of([*region, fails] if regional else region, {HULIN: own if regional else [*own, fails]})
    concerned = [action for action in Action if scope == "action" or f'"{action}"' in scope]
    here = replace(question, municipality=HULIN)
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
@given(REGIONAL, HULINS, ASKED)
def test_what_is_left_out_and_what_is_remembered_change_no_verdict(
    region: list[str], own: list[str], asked: list[Question]
) -> None:
    """Each question is asked of everybody, one after the other: what one was told, the next would be."""
    book = book_of(region, {HULIN: own})
    for question in asked:
        for subject in (question.subject, *STRANGERS):
            answers_plainly(book, region, own, replace(question, municipality=HULIN, subject=subject))


@settings(max_examples=FEW)
@given(st.sampled_from(OF_PEOPLE), st.sampled_from(["when", "unless"]), FACTS_OF_PEOPLE)
def test_people_who_are_told_apart_by_a_policy_are_not_taken_for_each_other(
    condition: str, kind: str, facts: Facts
) -> None:
    own = [f'permit (principal, action, resource in Municipality::"{HULIN}") {kind} {{ {condition} }};']
    book = book_of([], {HULIN: own})
    for subject in (NAMED, *STRANGERS, NAMED):
        answers_plainly(book, [], own, ask((HULIN, Role.CLERK), subject=subject, facts=facts))


def answers_plainly(book: PolicyBook, region: list[str], own: list[str], question: Question) -> None:
    """The book answers as Cedar does when it is told everything."""
    permits, by = plainly([numbered("region", region), numbered(HULIN, own)], question)
    verdict = book.decide(question)
    assert isinstance(verdict, Permitted) is permits
    if isinstance(verdict, Permitted):
        assert {verdict.rule, *verdict.also} == by
    else:
        assert verdict.reason != "policy_error"
