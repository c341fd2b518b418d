"""What an agent may say of its machine, as the gateway reads it."""

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.protocol.facts import (
    KINDS,
    LONGEST_TEXT,
    MOST_BYTES,
    MOST_FACTS,
    Fact,
    FactName,
    FactsRefused,
    Number,
    Refusal,
    Text,
    Word,
    YesNo,
    decoded,
    encoded,
    known,
)
from policies.model import IN_ORDER

HOW = "bitlocker: Get-BitLockerVolume"


def drawn_value(name: FactName) -> st.SearchStrategy[bool | int | str]:
    match KINDS[name]:
        case YesNo():
            return st.booleans()
        case Number(least=least, most=most):
            return st.integers(least, most)
        case Word(words=words):
            return st.sampled_from(sorted(words))
        case Text():
            return TEXTS


PRINTABLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
TEXTS = st.text(PRINTABLE, min_size=1, max_size=LONGEST_TEXT)
FACTS = st.fixed_dictionaries(
    {}, optional={name: st.builds(Fact, drawn_value(name), TEXTS) for name in FactName}
)


@settings(max_examples=40)
@given(FACTS)
def test_what_was_said_is_what_is_read(facts: dict[FactName, Fact]) -> None:
    raw = encoded(facts)
    assert len(raw) <= MOST_BYTES
    assert decoded(raw) == facts
    assert encoded(dict(reversed(facts.items()))) == raw


@given(st.binary(max_size=200))
def test_junk_is_refused_and_nothing_else_is_raised(raw: bytes) -> None:
    with suppress(FactsRefused):
        assert decoded(raw).keys() <= set(FactName)


def refusal(facts: object) -> tuple[Refusal, FactName | None]:
    with pytest.raises(FactsRefused) as refused:
        decoded(msgspec.json.encode(facts))
    return refused.value.refusal, refused.value.fact


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("firewall", 1, Refusal.TYPE),
        ("firewall", "true", Refusal.TYPE),
        ("os_version", True, Refusal.TYPE),
        ("os_version", "11", Refusal.TYPE),
        ("os", 11, Refusal.TYPE),
        ("patch_age_days", -1, Refusal.RANGE),
        ("disk_free_percent", 101, Refusal.RANGE),
        ("clock_offset_ms", 2**60, Refusal.RANGE),
        ("domain", "", Refusal.TEXT),
        ("domain", "a" * (LONGEST_TEXT + 1), Refusal.TEXT),
        ("domain", "urad\u202etest", Refusal.TEXT),
        ("domain", "urad\x1b[2J", Refusal.TEXT),
        ("os", "linux\n", Refusal.TEXT),
    ],
)
def test_a_value_that_is_not_of_its_type_refuses_all(name: str, value: object, wanted: Refusal) -> None:
    sound = {"screen_lock": {"value": True, "found_by": HOW}}
    assert refusal(sound | {name: {"value": value, "found_by": HOW}}) == (wanted, FactName(name))


@pytest.mark.parametrize("how", ["", "x" * (LONGEST_TEXT + 1), "a\nb"])
def test_how_it_was_found_is_a_short_text(how: str) -> None:
    assert refusal({"firewall": {"value": True, "found_by": how}}) == (Refusal.TEXT, FactName.FIREWALL)


@pytest.mark.parametrize(
    "facts",
    [
        {"firewall": {"value": 1.5, "found_by": HOW}},
        {"firewall": {"value": None, "found_by": HOW}},
        {"firewall": {"value": [True], "found_by": HOW}},
        {"firewall": {"value": True}},
        {"firewall": True},
        [],
        None,
    ],
)
def test_what_is_no_fact_is_not_understood(facts: object) -> None:
    assert refusal(facts) == (Refusal.NOT_UNDERSTOOD, None)


def test_facts_are_bounded_in_number_size_and_name() -> None:
    fact = {"value": True, "found_by": "x"}
    assert refusal({f"f{number}": fact for number in range(MOST_FACTS + 1)}) == (Refusal.TOO_MANY, None)
    assert refusal({"n" * 41: fact}) == (Refusal.NAME, None)
    assert refusal({"": fact}) == (Refusal.NAME, None)
    assert refusal({"a\u200b": fact}) == (Refusal.NAME, None)
    assert refusal({"firewall": {"value": True, "found_by": "x", "more": "y" * MOST_BYTES}}) == (
        Refusal.TOO_LARGE,
        None,
    )


def test_brackets_within_brackets_are_refused() -> None:
    with pytest.raises(FactsRefused):
        decoded(b'{"a":' * 3000 + b"1")


def test_what_a_newer_agent_knows_besides_is_left_out() -> None:
    newer = {
        "firewall": {"value": True, "found_by": HOW, "since": 5},
        "quantum_lock": {"value": 7, "found_by": "x"},
        "managed_by": {"value": "somebody_new", "found_by": "x"},
        "os": {"value": "haiku", "found_by": "x"},
    }
    assert decoded(msgspec.json.encode(newer)) == {FactName.FIREWALL: Fact(True, HOW)}


def test_facts_are_called_as_policies_call_them() -> None:
    shared = {
        "disk_encrypted", "firewall", "updates_installed", "screen_lock", "antivirus", "os", "os_version",
    }  # fmt: skip
    assert shared <= set(FactName)
    said = {str(name): Fact(getattr(IN_ORDER, name), "x") for name in shared}
    assert known(said).keys() == shared


def test_every_fact_has_a_kind_and_a_meaning() -> None:
    assert KINDS.keys() == set(FactName)
    assert all(kind.means for kind in KINDS.values())


def test_a_refusal_says_what_to_do() -> None:
    assert "update the agent" in str(FactsRefused(Refusal.TYPE, FactName.FIREWALL))
