"""An entry of a decision keeps the whole question, through the log's own canonical bytes."""

from dataclasses import fields, replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given

from config.vocabulary import Role
from gateway.audit.canonical import Recorded, canonical, parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.rested_on import AT, DETAILS, FACTS, FIELDS, ROLES, asked_again, details_of
from policies.model import Facts, Question
from policies.recorded import NotReplayable
from tests.policies.test_recorded import QUESTIONS
from tests.policies.world import HULIN, NOW, ask


def kept(question: Question) -> Entry:
    entry = Entry(
        code=Code.DECISION_PERMIT,
        outcome=Outcome.SUCCESS,
        at=question.now,
        details=details_of(question),
        **{name: str(getattr(question, name)) for name in FIELDS},
    )
    return parse(canonical(Recorded(0, NOW, entry))).entry


def again(entry: Entry) -> Question:
    return asked_again({name: getattr(entry, name) for name in FIELDS}, entry.at, entry.details)


@given(QUESTIONS)
def test_a_question_comes_back_from_the_log(question: Question) -> None:
    if all(getattr(question, name).isprintable() for name in FIELDS) and all(
        one.isprintable() for one in (*question.factors, *(where for where, _ in question.roles))
    ):
        assert again(kept(question)) == replace(
            question, now=question.now.astimezone(UTC), facts=in_whole_seconds(question.facts)
        )


def in_whole_seconds(facts: Facts) -> Facts:
    """As policies see them."""
    idle = facts.idle
    return facts if idle is None else replace(facts, idle=timedelta(seconds=int(idle.total_seconds())))


def test_each_part_of_a_question_has_its_place_in_an_entry() -> None:
    assert {*FIELDS, AT, *DETAILS, ROLES, FACTS} == {field.name for field in fields(Question)}


def test_facts_that_cannot_be_printed_come_back_too() -> None:
    question = ask((HULIN, Role.CLERK), facts=Facts(purpose="řádek\n\u202eotočený", tunnel=True))
    assert again(kept(question)) == question


def test_an_ordinary_decision_costs_one_detail_more() -> None:
    assert set(details_of(ask((HULIN, Role.CLERK)))) == {"acr", "amr", "roles", "authenticated_at"}


def test_how_long_somebody_was_idle_is_a_detail_of_its_own_so_that_the_text_of_the_facts_repeats() -> None:
    alone = details_of(ask((HULIN, Role.CLERK), facts=Facts(idle=timedelta(seconds=9.7))))
    assert (alone["idle"], FACTS in alone) == (9, False)
    each = [details_of(ask(facts=Facts(idle=timedelta(seconds=one), country="CZ"))) for one in (1, 2)]
    assert [one[FACTS] for one in each] == ['{"country":"CZ"}'] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"facts": "{"},
        {"facts": "[" * 100_000},
        {"roles": ["588491"]},
        {"roles": ["588491:emperor"]},
        {"roles": "588491:clerk"},
        {"amr": "pwd"},
        {"idle": "9"},
        {"idle": True},
        {"idle": 2**53 - 1},
        {"idle": 9, "facts": '{"idle":"PT9S"}'},
        {"authenticated_at": "2026"},
    ],
)
def test_what_somebody_else_wrote_is_no_question(change: dict[str, object]) -> None:
    entry = kept(ask((HULIN, Role.CLERK)))
    with pytest.raises(NotReplayable):
        again(replace(entry, details={**entry.details, **change}))


def test_an_entry_from_before_is_no_question() -> None:
    entry = kept(ask((HULIN, Role.CLERK)))
    older = {name: value for name, value in entry.details.items() if name != "authenticated_at"}
    with pytest.raises(NotReplayable):
        again(replace(entry, details=older))
