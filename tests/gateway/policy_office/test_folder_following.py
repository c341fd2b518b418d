"""A folder's changes put upon what is in force: others' are not undone, and the folder's not lost in silence."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.policy_office.folder_following import (
    BaseUnclear,
    ChangedByBoth,
    Following,
    following,
    taken_back,
)
from gateway.policy_office.pieces import Pieces
from policies.texts import Texts

FILE, CASES = "municipalities/588491.cedar", "municipalities/588491.cases.toml"
STATES = st.sampled_from(["", "1", "2", "3"])


def named(found: Sequence[Pieces]) -> list[str]:
    return [one.named() for one in found]


def policy(name: str, state: str) -> str:
    return f'@id("{name}") permit (principal, action, resource) when {{ {state} == 1 }};\n' if state else ""


def file(**states: str) -> Texts:
    text = "".join(policy(name, state) for name, state in states.items())
    return {FILE: text} if text else {}


def test_what_only_the_folder_changed_is_as_the_folder_has_it_to_the_letter() -> None:
    own = {FILE: file(a="2")[FILE] + "\n\n\n" + policy("c", "1")}
    assert following(own, [file(a="1")], file(a="1")) == Following(own)
    assert following(own, [file(a="1")], file(a="2")) == Following(own), "of which a part was there already"


def test_what_came_since_is_kept_and_named() -> None:
    found = following(file(a="2", b="1"), [file(a="1", b="1")], file(a="1", b="1", c="1"))
    assert named(found.kept) == [f"{FILE}: c"]
    assert all(policy(*one).strip() in found.texts[FILE] for one in (("a", "2"), ("b", "1"), ("c", "1")))
    taken_out = following(file(a="2", b="1"), [file(a="1", b="1")], file(a="1"))
    assert (taken_out.texts, named(taken_out.kept)) == (file(a="2"), [f"{FILE}: b"])
    whole = following({}, [{}], {FILE: "// Poznámka.\n"})
    assert whole == Following({FILE: "// Poznámka.\n"}, (Pieces(FILE),))
    assert list(whole.kept[0].said_in(Language.CZECH)) == [FILE]


def test_what_both_changed_is_refused_by_files() -> None:
    own = file(a="2", b="1") | {CASES: "not = toml [\n"}
    today = file(a="3", b="3") | {CASES: "neither [\n"}
    with pytest.raises(ChangedByBoth) as refused:
        following(own, [file(a="1", b="2")], today)
    assert named(refused.value.where) == [CASES, f"{FILE}: a, b"]
    assert str(refused.value) == f"{CASES}; {FILE}: a, b"
    moved = file(a="1", b="1", c="1"), file(b="1", a="1", c="1"), file(c="1", b="1", a="1")
    with pytest.raises(ChangedByBoth) as refused:
        following(moved[1], [moved[0]], moved[2])
    assert refused.value.where == (Pieces(FILE),), "an order is the file's"


def test_without_a_version_that_is_known_nothing_is_decided_unless_nothing_differs() -> None:
    own, today = file(a="1"), file(a="2")
    with pytest.raises(BaseUnclear):
        following(own, [], today)
    assert following(own, [], own) == Following(own)
    with pytest.raises(BaseUnclear):
        following(own, [file(a="1"), file(a="2")], today)
    assert following(own, [file(a="2"), file(a="2") | file()], today) == Following(own)


def test_what_was_in_force_as_the_folder_has_it_and_is_no_more_was_taken_back() -> None:
    meant, today = file(a="2", b="1", d="1"), file(a="1", b="1", c="1")
    since = [file(a="2", b="1", c="1"), file(a="2", b="1"), file(a="1", b="1"), today]
    found = taken_back(meant, today, since)
    assert {at: named(each) for at, each in found.items()} == {2: [f"{FILE}: a"], 3: [f"{FILE}: c"]}
    assert taken_back(file(a="3", b="1", c="1"), today, since) == {}, "what is new comes"
    assert taken_back(today, today, since) == {}
    assert taken_back(meant, today, []) == {}


@given(st.lists(st.tuples(STATES, STATES, STATES), min_size=1, max_size=4))
def test_each_policy_is_as_whoever_changed_it_has_it(states: list[tuple[str, str, str]]) -> None:
    base, own, today = (
        file(**{f"p{number}": each[side] for number, each in enumerate(states)}) for side in range(3)
    )
    both = {
        f"p{n}" for n, (was, mine, theirs) in enumerate(states) if mine not in (was, theirs) and theirs != was
    }
    try:
        found = following(own, [base], today)
    except ChangedByBoth as refused:
        (where,) = refused.where
        assert where.named() == f"{FILE}: {', '.join(sorted(both))}"
        return
    assert not both
    text = found.texts.get(FILE, "")
    for number, (was, mine, theirs) in enumerate(states):
        name, stands = f"p{number}", theirs if mine == was else mine
        assert (policy(name, stands).strip() in text) if stands else (f'"{name}"' not in text)
        assert (name in str(named(found.kept))) is (stands != mine)
    assert found.kept or text == own.get(FILE, "")
