"""Filters: of their grammar everything means what it says, and of anything else nothing is guessed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.personnel.attributes import ATTRIBUTES, EMPTY, ENTERPRISE, Attribute
from gateway.personnel.filters import LONGEST, MOST, OPERATORS, filter_of
from gateway.personnel.refused import NotDone, Why

JANA = {
    **EMPTY,
    "user_name": "Novakova.Jana",
    "external_id": "P-0042",
    "family_name": "Nováková",
    "number": "42",
    "active": True,
}
TEXTS = [one for one in ATTRIBUTES if one.kind is str]


def path_of(one: Attribute) -> str:
    return ":".join(one.path) if one.path[0] == ENTERPRISE else ".".join(one.path)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('userName eq "novakova.jana"', True),  # RFC 7643 §4.1.1: without regard to case
        ('externalId eq "p-0042"', False),
        ('externalId sw "P-" and active eq true', True),
        ('name.familyName co "nov" and active eq false', False),
        ("NAME.FAMILYNAME pr", True),
        ("title pr", False),
        ('id eq "abc"', True),
        (f'{ENTERPRISE}:employeeNumber eq "42"', True),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName ew "jana"', True),
        ("active ne true", False),
        ('userName eq "a\\"b"', False),
        ('userName co " and "', False),
    ],
)
def test_what_is_written_is_what_is_asked(text: str, fits: bool) -> None:
    assert filter_of(text).fits("abc", JANA) is fits


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "userName",
            "userName eq",
            'userName is "x"',
            "userName eq x",
            'userName eq "x',
            "active sw true",
        ),
        *(
            'active eq "true"',
            "userName eq true",
            'wrong eq "x"',
            'emails eq "x"',
            'userName eq "x" or active eq true',
        ),
        *(
            "not (active eq true)",
            "(active eq true)",
            'userName eq "\\u00"',
            'userName eq "x" and',
            'title gt "x"',
        ),
        *(
            " and ".join(["title pr"] * (MOST + 1)),
            f'title eq "{"x" * LONGEST}"',
            'emails[type eq "work"] pr',
        ),
    ],
)
def test_what_is_not_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(NotDone) as refused:
        filter_of(text)
    assert refused.value.reason is Why.FILTER


@given(
    st.lists(
        st.tuples(st.sampled_from(TEXTS), st.sampled_from(sorted(OPERATORS)), st.text(max_size=30)),
        min_size=1,
        max_size=4,
    ),
    st.dictionaries(st.sampled_from([one.field for one in TEXTS]), st.text(max_size=5)),
)
def test_comparisons_hold_together_or_not_at_all(asked, held) -> None:
    values = {**EMPTY, **held}
    text = " and ".join(f"{path_of(one)} {how} {json.dumps(what)}" for one, how, what in asked)

    def plain(one: Attribute, value: str) -> str:
        return value if one.exact else value.casefold()

    expected = all(
        OPERATORS[how](plain(one, values[one.field]), plain(one, what)) for one, how, what in asked
    )
    assert filter_of(text).fits("x", values) is expected


@given(st.text(max_size=200))
def test_no_text_does_anything_else_than_being_read_or_refused(text: str) -> None:
    try:
        filter_of(text).fits("x", EMPTY)
    except NotDone as refused:
        assert refused.reason is Why.FILTER  # noqa: PT017 - either way is right
