"""Whose policies a text is, and what a change of one scope leaves alone."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.policy_office.scope import (
    ANY,
    OF_REGION,
    Scope,
    changed,
    digest_of_difference,
    municipality_of,
    of_scope,
    scope_of,
    strangers,
    with_scope,
)
from tests.policies.world import HULIN, KROMERIZ

NAMES = st.sampled_from(
    [
        "region/10-a.cedar",
        "region/10-a.cases.toml",
        *(f"municipalities/{code}.{end}" for code in (HULIN, KROMERIZ) for end in ("cedar", "cases.toml")),
    ]
)
TEXTS = st.dictionaries(NAMES, st.text(max_size=3))
SCOPES = st.sampled_from([OF_REGION, Scope(HULIN), Scope(KROMERIZ)])


def test_a_text_belongs_to_the_region_or_to_the_municipality_of_its_name() -> None:
    assert scope_of("region/588491.cedar") == OF_REGION
    assert scope_of("municipalities/588491.cedar") == HULIN
    assert scope_of("municipalities/588491.cases.toml") == HULIN
    assert (municipality_of(OF_REGION), municipality_of(ANY), municipality_of(Scope(HULIN))) == (
        None,
        None,
        HULIN,
    )


@given(TEXTS, SCOPES, TEXTS)
def test_a_change_of_a_scope_changes_no_text_of_another(
    texts: dict[str, str], scope: Scope, more: dict[str, str]
) -> None:
    own = of_scope(more, scope)
    after = with_scope(texts, scope, own)
    assert strangers(scope, own) == []
    assert of_scope(after, scope) == own
    assert {scope_of(name) for name in changed(texts, after)} <= {scope}


@given(TEXTS, TEXTS, TEXTS)
def test_differences_are_told_apart(
    before: dict[str, str], after: dict[str, str], other: dict[str, str]
) -> None:
    same = digest_of_difference(before, after) == digest_of_difference(before, other)
    assert same is (after == other)
