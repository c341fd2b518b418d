"""Users and changes as a personnel system writes them: read as a whole or refused, and nobody active by an omission."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.personnel.attributes import ATTRIBUTES, CORE, EMPTY, ENTERPRISE, LONGEST, Attribute
from gateway.personnel.documents import MOST_OPERATIONS, PATCH, document_of, patched, written
from gateway.personnel.refused import NotDone, Why

JANA = {
    **EMPTY,
    "user_name": "novakova.jana",
    "family_name": "Nováková",
    "title": "referentka",
    "number": "42",
}
LEFT = {**JANA, "active": False}
SEEN = st.text(
    st.characters(categories=("L", "N", "P"), exclude_characters="\u115f\u1160\u3164\uffa0"), max_size=20
)


def values_drawn() -> st.SearchStrategy[dict[str, str | bool]]:
    several = st.frozensets(SEEN.filter(bool), max_size=3).map(lambda drawn: tuple(sorted(drawn)))
    kinds = {bool: st.booleans(), str: SEEN, tuple: several}
    drawn = {one.field: kinds[one.kind] for one in ATTRIBUTES}
    return st.fixed_dictionaries({**drawn, "user_name": SEEN.filter(bool)})


def as_json(value):
    return list(value) if isinstance(value, tuple) else value


def path_of(one: Attribute) -> str:
    return ":".join(one.path) if one.path[0] == ENTERPRISE else ".".join(one.path)


def message(*operations: object) -> dict[str, object]:
    return {"schemas": [PATCH], "Operations": list(operations)}


def why(act) -> Why:
    with pytest.raises(NotDone) as refused:
        act()
    return refused.value.reason


@given(values_drawn())
def test_what_is_written_is_what_was_read(values) -> None:
    assert written({"schemas": [CORE, ENTERPRISE], **document_of(values)}) == values


@given(values_drawn(), values_drawn(), st.permutations(list(ATTRIBUTES)))
def test_replacing_each_attribute_is_writing_the_whole(before, after, order) -> None:
    operations = [
        {"op": "Replace", "path": path_of(one).upper(), "value": as_json(after[one.field])} for one in order
    ]
    kept = dict(before)
    assert patched(before, message(*operations)) == after
    assert patched(before, message({"op": "add", "value": document_of(after)})) == {
        **before,
        **{one: value for one, value in after.items() if value != ""},
        "roles": tuple(sorted({*before["roles"], *after["roles"]})),
    }
    assert before == kept  # what was there is not changed


HAD = {**JANA, "roles": ("Matrika", "Účetní")}


@pytest.mark.parametrize(
    ("operation", "roles"),
    [
        ({"op": "add", "path": "roles", "value": [{"value": "Mzdy"}]}, ("Matrika", "Mzdy", "Účetní")),
        ({"op": "add", "path": "roles", "value": {"value": "Matrika"}}, ("Matrika", "Účetní")),
        ({"op": "replace", "path": "roles", "value": ["Mzdy", {"value": "Mzdy"}]}, ("Mzdy",)),
        ({"op": "replace", "path": "roles", "value": None}, ()),
        ({"op": "remove", "path": "roles"}, ()),
        ({"op": "remove", "path": 'ROLES[value EQ "matrika"]'}, ("Účetní",)),
        ({"op": "remove", "path": "roles", "value": [{"value": "MATRIKA"}]}, ("Účetní",)),
        ({"op": "remove", "path": 'roles[value eq "jiná"]'}, ("Matrika", "Účetní")),
    ],
)
def test_roles_are_added_and_taken_one_by_one(operation, roles) -> None:
    assert patched(HAD, message(operation))["roles"] == roles


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"op": "add", "path": "roles", "value": [{"display": "Mzdy"}]}, Why.VALUE),
        ({"op": "add", "path": "roles", "value": [7]}, Why.VALUE),
        ({"op": "add", "path": "roles", "value": [str(number) for number in range(51)]}, Why.VALUE),
        ({"op": "remove", "path": 'roles[type eq "x"]'}, Why.PATH),
        ({"op": "remove", "path": 'roles[value eq "x" or value pr]'}, Why.PATH),
        ({"op": "replace", "path": 'roles[value eq "x"].value', "value": "y"}, Why.PATH),
    ],
)
def test_roles_that_cannot_be_read_change_nothing(operation, reason) -> None:
    assert why(lambda: patched(HAD, message(operation))) is reason


def test_a_whole_document_that_says_nothing_of_roles_takes_them() -> None:
    assert written({"schemas": [CORE], "userName": "novakova.jana"}, HAD)["roles"] == ()


@given(values_drawn(), st.sampled_from([one for one in ATTRIBUTES if one.kind is str and not one.required]))
def test_what_is_removed_is_empty_and_nothing_else_is(values, one) -> None:
    assert patched(values, message({"op": "remove", "path": path_of(one)})) == {**values, one.field: ""}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(
    JSON, st.sampled_from(["add", "replace", "remove"]), st.sampled_from([path_of(one) for one in ATTRIBUTES])
)
def test_no_message_does_anything_else_than_being_taken_or_refused(value, op, path) -> None:
    for said in (
        message({"op": op, "path": path, "value": value}),
        message({"op": op, "value": value}),
        value,
    ):
        try:
            made = patched(LEFT, said)
        except NotDone:
            continue
        assert made.keys() == EMPTY.keys()
        assert made["user_name"]
        if made["active"]:
            assert "true" in str(value).lower()


def test_a_whole_that_says_nothing_of_it_leaves_active_as_it_was() -> None:
    said = {"schemas": [CORE], "userName": "novakova.jana"}
    assert written(said)["active"] is True
    assert written(said, LEFT)["active"] is False
    assert written({**said, "active": "True"}, LEFT)["active"] is True  # as some clients write it
    assert written(said, JANA)["title"] == ""


def test_what_is_not_kept_is_passed_over_and_what_is_unknown_is_not() -> None:
    emails = [{"value": "jana@hulin.cz", "type": "work"}]
    said = {"schemas": [CORE, "urn:x"], "userName": "x", "emails": emails, "id": "7", "urn:x": {"y": 1}}
    assert written(said)["user_name"] == "x"
    work = {"op": "replace", "path": 'emails[type eq "work"].value', "value": "x@y.cz"}
    assert patched(JANA, message(work)) == JANA
    manager = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": "7"}}
    assert patched(JANA, message(manager)) == JANA
    dotted = {"op": "add", "value": {"name.familyName": "Malá", f"{ENTERPRISE}:department": "Matrika"}}
    assert patched(JANA, message(dotted)) == {**JANA, "family_name": "Malá", "department": "Matrika"}
    emptied = patched(JANA, message({"op": "remove", "path": "name"}))
    assert emptied == {**JANA, "family_name": ""}


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        ({"op": "replace", "path": "wrong", "value": 1}, Why.PATH),
        ({"op": "replace", "path": "id", "value": "x"}, Why.READ_ONLY),
        ({"op": "replace", "path": "password", "value": "x"}, Why.READ_ONLY),
        ({"op": "replace", "path": "groups", "value": []}, Why.READ_ONLY),
        ({"op": "replace", "path": "active", "value": "perhaps"}, Why.VALUE),
        ({"op": "replace", "path": "active", "value": None}, Why.VALUE),
        ({"op": "replace", "path": "userName", "value": " "}, Why.VALUE),
        ({"op": "replace", "path": "title", "value": "a\u202eb"}, Why.VALUE),
        ({"op": "replace", "path": "title", "value": "x" * (LONGEST + 1)}, Why.VALUE),
        ({"op": "replace", "path": "name", "value": "x"}, Why.VALUE),
        ({"op": "replace", "path": "title"}, Why.VALUE),
        ({"op": "replace", "value": "x"}, Why.VALUE),
        ({"op": "remove", "path": "active"}, Why.VALUE),
        ({"op": "remove", "path": "userName"}, Why.VALUE),
        ({"op": "remove"}, Why.NO_TARGET),
        ({"op": "move", "path": "title", "value": "x"}, Why.UNREADABLE),
        ({"op": "add", "path": 7, "value": "x"}, Why.PATH),
        ("x", Why.UNREADABLE),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(operation, reason: Why) -> None:
    assert why(lambda: patched(JANA, message(operation))) is reason


def test_messages_have_their_form_and_a_bounded_number_of_operations() -> None:
    one = {"op": "remove", "path": "title"}
    for said in (None, [], {}, {"schemas": [PATCH]}, message(), message(*[one] * (MOST_OPERATIONS + 1))):
        assert why(lambda said=said: patched(JANA, said)) is Why.UNREADABLE
    for said in (None, {}, {"userName": "x"}, {"schemas": CORE, "userName": "x"}):
        assert why(lambda said=said: written(said)) is Why.UNREADABLE
    assert why(lambda: written({"schemas": [CORE]})) is Why.VALUE
