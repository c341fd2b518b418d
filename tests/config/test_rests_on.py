"""What a request rests on comes from the grant to the log, and no gate reads a permission in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rests_on import LONGEST, NOTHING, Rest, of_fresh, of_gate, written

names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,79}", fullmatch=True)
actions = st.sampled_from(["read", "write", "sign", "read@reports", "read@map", "administer"])
granted = st.dictionaries(actions, names)


def text_of(rules: dict[str, str], grant: str = "g_1", version: str = "0f25") -> str:
    """The last of the six words, as a grant has it."""
    return "," + ",".join([*rules, written(grant, version, list(rules), rules)] if rules else []) + ","


@given(granted, actions)
def test_each_granted_word_rests_on_its_own_policy(rules: dict[str, str], asked: str) -> None:
    found = of_gate(text_of(rules), asked)
    assert found == (Rest("g_1", "0f25", rules.get(asked, "")) if rules else NOTHING)


@given(granted, actions)
def test_nothing_in_it_is_an_action_to_a_gate_of_the_version_before(
    rules: dict[str, str], asked: str
) -> None:
    assert (f",{asked}," in text_of(rules)) == (asked in rules)


def test_policies_that_would_fill_the_cookie_are_not_said_but_grant_and_version_are() -> None:
    rules = {f"read@{number}": f"{number:02}" + "x" * 78 for number in range(20)}
    text = text_of(rules)
    assert len(written("g", "v", list(rules), rules)) < LONGEST + 50
    assert of_gate(text, "read@3").rule == rules["read@3"]
    assert of_gate(text, "read@15") == Rest("g_1", "0f25")
    one = dict.fromkeys(rules, "records-read-by-everybody")
    assert of_gate(text_of(one), "read@19").rule == "records-read-by-everybody"


@pytest.mark.parametrize("granted", ["", ",", ",,", ",read,", "read", ",read,==,", ",read,=,", "=g=v=r"])
def test_a_grant_of_the_version_before_says_nothing(granted: str) -> None:
    assert of_gate(granted, "read") == NOTHING


@pytest.mark.parametrize("wrong", ["", "a b", "a,b", "a=b", "a;b", "á"])
def test_what_would_be_read_as_another_word_is_not_written(wrong: str) -> None:
    for grant, version in (("g", wrong), (wrong, "v")):
        with pytest.raises(ValueError, match="a word of the log"):
            written(grant, version, ["read"], {"read": "r"})
    if wrong:
        with pytest.raises(ValueError, match="a word of the log"):
            written("g", "v", ["read"], {"read": wrong})


def test_what_the_gate_tells_the_log_stands_behind_the_revocation_id() -> None:
    assert of_fresh("sid.7=g1=p1=clerks-read") == ("sid.7", Rest("g1", "p1", "clerks-read"))
    assert of_fresh("sid.7=g1=p1=-") == ("sid.7", Rest("g1", "p1"))
    for unsaid in ("sid.7", "sid.7=g1", "sid.7=g1=p1=r=more"):
        assert of_fresh(unsaid) == ("sid.7", NOTHING)
    # As a version before reads it, the session is the same: a step back loses no request's person.
    assert "sid.7=g1=p1=clerks-read".rpartition(".")[0] == "sid"


@given(st.text(max_size=40), st.text(max_size=10))
def test_any_text_is_read_as_something_or_nothing(text: str, asked: str) -> None:
    of_gate(text, asked)
    of_fresh(text)
