"""Laws of the difference: nothing is done twice, nothing that nobody asked for, and nothing of others is touched."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from idp.keycloak.difference import Act, Change, changes, difference, merged
from idp.keycloak.piece import OURS_ALONE, Key, Kind, Secret
from idp.keycloak.wanted import wanted
from tests.idp.keycloak.office import office

NAMES = st.sampled_from(["a", "b", "c"])
VALUES = (
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "x"]) | st.lists(NAMES, max_size=2)
)
FIELDS = st.recursive(
    st.dictionaries(NAMES, VALUES, max_size=3),
    lambda inner: st.dictionaries(NAMES, VALUES | inner, max_size=3),
    max_leaves=6,
)
KEYS = st.builds(Key, st.sampled_from(Kind), NAMES, st.sampled_from(["", "within"]))
PIECES = st.dictionaries(KEYS, FIELDS, max_size=5)


def done(aim: dict[Key, Any], found: dict[Key, Any]) -> dict[Key, Any]:
    """What a server is like when each step was taken."""
    after = dict(found)
    for step in difference(aim, found):
        if step.act is Act.REMOVE:
            del after[step.key]
        elif step.key in aim:
            after[step.key] = merged(after.get(step.key, {}), aim[step.key])
        else:
            after[step.key] = after[step.key] | {"roles": []}
    return after


@given(PIECES, PIECES)
def test_once_done_nothing_is_left_to_do(aim: dict[Key, Any], found: dict[Key, Any]):
    assert difference(aim, done(aim, found)) == ()


@given(PIECES, PIECES)
def test_what_is_not_ours_is_not_touched(aim: dict[Key, Any], found: dict[Key, Any]):
    touched = {step.key for step in difference(aim, found)}
    assert all(key in aim or key.kind in {*OURS_ALONE, Kind.GROUP} for key in touched)


@given(FIELDS, FIELDS)
def test_fields_that_nobody_named_stay(aim: dict[str, Any], found: dict[str, Any]):
    after = merged(found, aim)
    assert {name: after[name] for name in found if name not in aim} == {
        name: value for name, value in found.items() if name not in aim
    }


@given(PIECES)
def test_whatever_is_as_wanted_makes_no_step(found: dict[Key, Any]):
    assert difference(found, found) == ()


def test_nothing_is_what_empty_is_and_lists_have_no_order():
    assert list(changes({"a": "", "b": [], "c": ["x", "y"]}, {"c": ["y", "x"]})) == []
    assert list(changes({"a": False}, {})) == [Change("a", None, False)]


def test_a_field_within_is_named_by_its_way():
    assert list(changes({"a": {"b": {"c": 1}}}, {"a": {"b": {"d": 2}}})) == [Change("a.b.c", None, 1)]


def test_a_secret_is_compared_and_shown_to_nobody():
    [change] = changes({"secret": Secret("nove")}, {"secret": Secret("stare")})
    assert "nove" not in repr(change)
    assert "stare" not in repr(change)
    assert list(changes({"secret": Secret("x")}, {"secret": Secret("x")})) == []
    assert merged({}, {"secret": Secret("x")}) == {"secret": "x"}


def test_a_claim_that_somebody_added_to_our_client_is_removed_and_another_client_is_not():
    aim = wanted(office())
    found = {
        **aim,
        Key(Kind.CLAIM, "mayor", "brana"): {},
        Key(Kind.CLIENT, "another"): {},
        Key(Kind.DIRECTORY, "another"): {},
    }
    assert [(step.act, step.key.name) for step in difference(aim, found)] == [(Act.REMOVE, "mayor")]


def test_a_role_of_ours_is_taken_from_a_group_that_does_not_give_it():
    aim = wanted(office())
    key = Key(Kind.GROUP, "cn=others,ou=groups,dc=obec,dc=test", "urad")
    [step] = difference(aim, {**aim, key: {"roles": ["mayor@588491"]}})
    assert (step.act, step.changes) == (Act.CHANGE, (Change("roles", ["mayor@588491"], []),))
    assert difference(aim, {**aim, key: {"roles": []}}) == ()


def test_the_second_factor_is_there_before_anybody_can_sign_in():
    kinds = [step.key.kind for step in difference(wanted(office()), {})]
    assert kinds.index(Kind.FLOW) < kinds.index(Kind.CLIENT) < kinds.index(Kind.DIRECTORY)
    assert kinds.index(Kind.FOLDER) < kinds.index(Kind.MAPPER)  # Keycloak wants the folder first
