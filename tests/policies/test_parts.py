"""What policies can tell of named parts of applications is asked about, and no more."""

from dataclasses import replace
from pathlib import Path

import cedarpy
import pytest

from config.vocabulary import Action, ApplicationId
from policies.evaluate import PolicyBook, Source
from policies.examine import SCHEMA_FILE
from policies.model import Route
from policies.parts import ANOTHER, MOST_NAMED, TooManyNamed, named_parts, parts_told_apart, speaking
from policies.reasons import Names
from policies.review import Bounds, review
from tests.policies.world import DISTRICT, HULIN

BUDGET, RECORDS = ApplicationId("budget"), ApplicationId("records")
BOUNDS = Bounds(cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8")), frozenset())
READ = (Action.READ,)
SEAL = Route(id="seal", path=ANOTHER.path)


def source(*conditions: str, scope: str = "principal, action, resource") -> Source:
    text = "".join(f'@id("p{at}") permit ({scope}) {one};' for at, one in enumerate(conditions))
    reviewed = review(Path("a.cedar"), text, BOUNDS)
    assert reviewed.problems == ()
    return Source(reviewed.text, reviewed.policies)


def asked(*conditions: str, scope: str = "principal, action, resource") -> tuple[Route | None, ...]:
    return tuple(parts_told_apart(speaking(source(*conditions, scope=scope)), RECORDS, READ))


def by_route(condition: str) -> str:
    return f"when {{ context has route && {condition} }}"


def test_where_no_policy_reads_the_route_nothing_is_asked_besides() -> None:
    assert asked('when { context has purpose && context.purpose == "seal" }') == (None,)


def test_each_name_is_asked_about_and_a_part_of_which_nobody_speaks() -> None:
    assert asked(by_route('context.route.id == "seal"')) == (None, SEAL, ANOTHER)
    assert asked("when { context has route }") == (None, ANOTHER)


@pytest.mark.parametrize(
    "condition",
    [
        '"seal" == context.route.id',
        'context.route.id != "seal"',
        '["seal", "x_1", "X"].contains(context.route.id)',
        'context.route.id == (if context.sign_in.level > 1 then "seal" else "Z")',
        'context.route == {id: "seal", path: "seal"}',
        'context.route.id like "sea*l"',
        'context.route.id like "seal*"',
    ],
)
def test_a_name_is_found_however_it_is_compared(condition: str) -> None:
    assert asked(by_route(condition)) == (None, SEAL, ANOTHER)


@pytest.mark.parametrize(
    ("pattern", "path"), [("/a*", "/a"), ("/a*b", "/ab"), ("*B", "/B"), ("*/b", "/b"), ("/\\u{61}", "/a")]
)
def test_a_pattern_of_paths_is_asked_by_one_that_it_takes(pattern: str, path: str) -> None:
    assert asked(by_route(f'context.route.path like "{pattern}"')) == (
        None,
        Route(id=ANOTHER.id, path=path),
        ANOTHER,
    )


def test_names_and_paths_are_combined() -> None:
    found = asked(by_route('context.route.id == "seal"'), by_route('context.route.path == "/sums"'))
    assert set(found) == {
        None,
        SEAL,
        ANOTHER,
        Route(id="seal", path="/sums"),
        Route(id=ANOTHER.id, path="/sums"),
    }


def test_what_cannot_be_about_an_application_or_action_is_not_asked_there() -> None:
    of_budget = by_route('context.route.id == "seal" && resource in Application::"budget"')
    assert asked(of_budget) == (None,)
    in_scope = 'principal, action, resource in Application::"budget"'
    assert asked(by_route('context.route.id == "seal"'), scope=in_scope) == (None,)
    to_sign = 'principal, action == Action::"sign", resource'
    assert asked(by_route('context.route.id == "seal"'), scope=to_sign) == (None,)
    those = list(speaking(source(of_budget)))
    assert tuple(parts_told_apart(those, BUDGET, READ)) == (None, SEAL, ANOTHER)


def test_parts_are_those_of_the_settings_and_those_that_policies_name_besides() -> None:
    reports = Route(id="reports", path="/reports")
    settings = {RECORDS: [reports], ApplicationId("elsewhere"): [SEAL]}
    those = [RECORDS, BUDGET]
    assert named_parts({}, those) == {}
    assert named_parts(settings, those) == {RECORDS: (reports,)}
    known = source(by_route('["reports", "seal"].contains(context.route.id)')).policies
    assert named_parts(settings, those, known) == {RECORDS: (reports,)}
    anywhere = source(by_route('context.route.id == "new"')).policies
    of_budget = source(by_route('resource in Application::"budget" && context.route.id == "vault"')).policies
    new, vault = (Route(id=name, path=ANOTHER.path) for name in ("new", "vault"))
    assert named_parts(settings, those, anywhere, of_budget) == {
        RECORDS: (reports, new),
        BUDGET: (new, vault),
    }


def test_no_more_parts_are_named_than_a_matrix_can_ask_about() -> None:
    listed = ", ".join(f'"part-{at}"' for at in range(MOST_NAMED))
    most = source(
        by_route(f'resource in Application::"budget" && [{listed}].contains(context.route.id)')
    ).policies
    assert len(named_parts({}, [RECORDS, BUDGET], most)[BUDGET]) == MOST_NAMED
    one_more = source(by_route('resource in Application::"records" && context.route.id == "other"')).policies
    assert named_parts({RECORDS: [Route(id="other", path="/o")]}, [RECORDS, BUDGET], most, one_more)
    with pytest.raises(TooManyNamed):
        named_parts({}, [RECORDS, BUDGET], most, one_more)


def test_a_book_says_which_policies_speak_of_a_route_by_name() -> None:
    region = source(by_route('context.route.id == "seal"'), by_route('context.route.path == "/sums"'))
    own = Source(
        region.text.replace("p0", "own"), (replace(region.policies[0], id="own"), region.policies[1])
    )
    book = PolicyBook(region, {HULIN: own}, Names(DISTRICT), "")
    assert book.routes == {"seal": {"p0", "own"}}
