"""A permit opens nothing where a forbid certainly applies whenever it does; with doubt nothing is said."""

from functools import cache
from itertools import combinations, product
from typing import Any

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.beaten import beaten_by
from policies.model import Question
from policies.parsed import parsed
from policies.request import EVERYTHING, circumstances, entities, parties, request
from tests.policies.test_evaluate import QUESTION
from tests.policies.world import HULIN

ADMINISTRATORS = """forbid (principal, action in [Action::"read", Action::"write"], resource)
when { principal.roles_anywhere.containsAny([Role::"local_administrator", Role::"centre_administrator"]) }
unless { resource in [Application::"portal", Application::"audit"] };"""
WEAK = "forbid (principal is Person, action, resource) unless { context.sign_in.level >= 2 };"
ALL = "forbid (principal, action, resource);"
HERE = f'forbid (principal, action, resource in Municipality::"{HULIN}");'
IN_MAP = 'forbid (principal, action, resource is Resource in Application::"map");'
ADMIN = 'principal.roles.contains(Role::"local_administrator")'
ADMIN_OR_CLERK = 'principal.roles.containsAny([Role::"local_administrator", Role::"clerk"])'
RECORDS = 'resource in Application::"records"'


def permit(condition: str = "true == true", scope: str = "principal, action, resource") -> str:
    return f"permit ({scope}) when {{ {condition} }};"


def is_beaten(permit: str, forbid: str) -> bool:
    return beaten_by(read(permit), [read(forbid)]) == 0


@cache
def read(text: str) -> Any:
    (policy,) = parsed(text)["staticPolicies"].values()
    return policy


READS = 'principal, action == Action::"read", resource'


@pytest.mark.parametrize(
    ("permit", "forbid"),
    [
        (permit(), ALL),
        (permit(scope=f'principal, action, resource in Municipality::"{HULIN}"'), HERE),
        (permit(scope=f'principal, action, resource is Resource in Municipality::"{HULIN}"'), HERE),
        (permit('resource in Application::"map"'), IN_MAP),
        (permit(f"{ADMIN} && {RECORDS}", READS), ADMINISTRATORS),
        (permit(f"{RECORDS} && context has tunnel_of && {ADMIN}", READS), ADMINISTRATORS),
        (permit("!(context.sign_in.level >= 2)"), WEAK),
        (
            permit("true == true").removesuffix(";")
            + " unless { context.sign_in.level >= 2 || false == true };",
            WEAK,
        ),
        (
            permit("context has device && context.device.managed"),
            permit("context.device.managed").replace("permit", "forbid"),
        ),
        (
            permit("context has device"),
            "forbid (principal, action, resource) when { !(!(context has device)) || context has ticket };",
        ),
        (
            permit("!(context has device)"),
            "forbid (principal, action, resource) unless { context has device && context has ticket };",
        ),
        (
            permit("context has device", "principal is TechnicalAccount, action, resource"),
            ALL.replace("principal", "principal is TechnicalAccount"),
        ),
        (
            permit("context has device", 'principal == Person::"a", action, resource'),
            ALL.replace("principal", "principal is Person"),
        ),
        (
            permit("context has device", 'principal == Person::"a", action, resource'),
            ALL.replace("principal", 'principal == Person::"a"'),
        ),
    ],
)
def test_what_certainly_is_forbidden_is_told(permit: str, forbid: str) -> None:
    assert is_beaten(permit, forbid)


def test_each_of_several_demands_counts_and_each_of_several_exclusions() -> None:
    both = permit("context has device && context has ticket")
    neither = permit("!(context has device || context has ticket)")
    for name in ("device", "ticket"):
        assert is_beaten(both, f"forbid (principal, action, resource) when {{ context has {name} }};")
        assert is_beaten(neither, f"forbid (principal, action, resource) unless {{ context has {name} }};")


@pytest.mark.parametrize(
    ("permit", "forbid"),
    [
        (permit(scope='principal, action, resource in Municipality::"588296"'), HERE),
        (permit(), HERE),
        (permit('resource in [Application::"map", Application::"records"]'), IN_MAP),
        (permit(f"{ADMIN} && {RECORDS}"), ADMINISTRATORS),
        (permit(f"{ADMIN} && {RECORDS}", READS.replace("read", "sign")), ADMINISTRATORS),
        (permit(ADMIN, READS), ADMINISTRATORS),
        (permit(f'{ADMIN} && resource in Application::"audit"', READS), ADMINISTRATORS),
        (permit(f"({ADMIN} || context has ticket) && {RECORDS}", READS), ADMINISTRATORS),
        (
            permit(
                f"{ADMIN_OR_CLERK} && {RECORDS}",
                READS,
            ),
            ADMINISTRATORS,
        ),
        (permit(f"!{ADMIN} && {RECORDS}", READS), ADMINISTRATORS),
        (permit("context.sign_in.level >= 2"), WEAK),
        (permit("context.sign_in.level >= 1"), WEAK),
        (
            permit("context has device", "principal is TechnicalAccount, action, resource"),
            WEAK.replace("unless { context.sign_in.level >= 2 }", ""),
        ),
        (
            permit("context has device", "principal is Person, action, resource"),
            ALL.replace("principal", 'principal == Person::"a"'),
        ),
        (
            permit("context has device"),
            "forbid (principal, action, resource) when { context has device && context has ticket };",
        ),
        (
            permit("!(context has device && context has ticket)"),
            "forbid (principal, action, resource) unless { context has device };",
        ),
        (
            permit("context has device || context has ticket"),
            "forbid (principal, action, resource) when { context has device };",
        ),
    ],
)
def test_with_doubt_nothing_is_said(permit: str, forbid: str) -> None:
    assert not is_beaten(permit, forbid)


def test_the_first_forbid_that_beats_it_is_told() -> None:
    one, *forbids = map(read, (permit(), WEAK, HERE, ALL))
    assert beaten_by(one, forbids) == 2
    assert beaten_by(one, forbids[:2]) is None


CONDITIONS = (
    ADMIN,
    RECORDS,
    'resource in [Application::"portal", Application::"audit"]',
    "context.sign_in.level >= 2",
)
SHAPES = ("{0}", "!({0})", "{0} && {1}", "{0} || {1}", "!({0} && {1})", "!({0} || !({1}))")
SAID = [shape.format(one, other) for shape in SHAPES for one, other in combinations(CONDITIONS, 2)]
PERMITS = [
    permit(said).removesuffix(";") + more
    for said in SAID
    for more in (";", f" unless {{ {CONDITIONS[3]} }};")
]
FORBIDS = [
    f"forbid (principal, action, resource) {kind} {{ {said} }};"
    for said in SAID
    for kind in ("when", "unless")
]
PAIRS = [pair for pair in product(PERMITS, FORBIDS) if is_beaten(*pair)]


@settings(max_examples=300)
@given(question=QUESTION, pair=st.sampled_from(PAIRS))
def test_what_is_said_to_open_nothing_opens_nothing(question: Question, pair: tuple[str, str]) -> None:
    """Asked of Cedar."""
    of = parties(question)
    asked = request(of, question.action, circumstances(question, EVERYTHING))
    assert not cedarpy.is_authorized(asked, "\n".join(pair), entities(of)).allowed
