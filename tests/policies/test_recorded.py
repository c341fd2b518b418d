"""Every question comes back from what is kept of it, and what is not wholly known never becomes one."""

from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import AuthenticationLevel, Role
from policies.model import NOTHING_FURTHER, Facts, Question
from policies.recorded import NotReplayable, facts_recorded, question_of, recorded
from tests.policies.world import HULIN, ask

TIMES = st.datetimes(timezones=st.just(UTC))


def _fields_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Any value of the dataclass, each field by its type: one more is tried without being named here."""
    hints = {field.name: _any_of(field.type) for field in fields(kind)}
    return st.builds(kind, **hints)


def _any_of(kind: Any) -> st.SearchStrategy[Any]:
    if is_dataclass(kind) and isinstance(kind, type):
        return _fields_of(kind)
    if isinstance(kind, type) and kind.__name__ == "datetime":
        return TIMES
    parts = get_args(kind)
    if parts and type(None) in parts:
        return st.none() | st.one_of(*(_any_of(part) for part in parts if part is not type(None)))
    if getattr(kind, "__origin__", None) is frozenset:
        return st.frozensets(_any_of(parts[0]), max_size=3)
    if getattr(kind, "__origin__", None) is tuple:
        wanted = [_any_of(part) for part in parts if part is not Ellipsis]
        return st.lists(wanted[0], max_size=3).map(tuple) if Ellipsis in parts else st.tuples(*wanted)
    return st.from_type(kind)


QUESTIONS = _fields_of(Question)


@given(QUESTIONS)
def test_a_question_comes_back_from_json_as_it_was(question: Question) -> None:
    kept = msgspec.json.decode(msgspec.json.encode(recorded(question)))
    assert question_of(kept) == question


@pytest.mark.parametrize("field", fields(Facts), ids=lambda field: field.name)
def test_no_fact_is_forgotten(field: Any) -> None:
    """Whatever the fact is: two questions that differ by it alone are kept otherwise."""
    assert field.default is not MISSING, "a fact that is not known has to have a default"

    @given(_any_of(field.type))
    def differs(value: object) -> None:
        question = replace(ask(), facts=replace(Facts(), **{field.name: value}))
        kept = recorded(question).get("facts", {})
        assert (field.name in kept) is (value != field.default)

    differs()


def test_what_is_not_known_takes_no_place() -> None:
    assert "facts" not in recorded(ask((HULIN, Role.CLERK)))


def test_the_facts_alone_are_kept_as_they_are_within_the_question() -> None:
    facts = Facts(tunnel=True, country="CZ")
    assert facts_recorded(facts) == recorded(ask(facts=facts))["facts"] == {"tunnel": True, "country": "CZ"}
    assert facts_recorded(NOTHING_FURTHER) == facts_recorded(Facts()) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"weather": "rain"}},
        {"facts": {"tunnel": "perhaps"}},
        {"facts": {"tunnel": False}},
        {"roles": [["588491", "emperor"]]},
        {"level": "urn:brana:acr:by-smell"},
        {"factors": ["pwd", "otp", "otp"]},
        {"weather": "rain"},
        {"now": "yesterday"},
    ],
)
def test_what_is_not_known_here_or_is_spelt_otherwise_is_never_guessed(change: dict[str, Any]) -> None:
    kept = recorded(ask((HULIN, Role.CLERK)))
    assert question_of(kept)
    with pytest.raises(NotReplayable):
        question_of(kept | change)


@pytest.mark.parametrize("name", [field.name for field in fields(Question) if field.default is MISSING])
def test_a_question_that_lacks_a_part_is_none(name: str) -> None:
    kept = recorded(ask((HULIN, Role.CLERK), level=AuthenticationLevel.PASSWORD))
    del kept[name]
    with pytest.raises(NotReplayable):
        question_of(kept)
