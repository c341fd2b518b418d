"""What is read out of one statement: too little of it would let somebody in, or leave a fact out of sight."""

import cedarpy
import pytest

from config.vocabulary import Language
from policies.examine import SCHEMA_FILE, Examined, Unreadable, examine

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
ONE = '@id("a") permit (principal, action, resource);'


def read(
    conditions: str = "", *, principal: str = "principal", action: str = "action", resource: str = "resource"
) -> Examined:
    found = examine(f'@id("a") permit ({principal}, {action}, {resource}) {conditions};', SCHEMA)
    assert isinstance(found, Examined), found
    return found


@pytest.mark.parametrize("text", ["", f"{ONE} {ONE.replace('a', 'b', 1)}", ONE.replace("(", "(?", 1)])
def test_anything_but_one_complete_policy_is_not_read(text: str) -> None:
    assert isinstance(examine(text, SCHEMA), Unreadable)


def test_two_policies_in_one_statement_are_told_as_such() -> None:
    found = examine(f'{ONE} @id("b") permit (principal, action, resource);', SCHEMA)
    assert isinstance(found, Unreadable)
    assert found.fault.what[Language.ENGLISH].startswith("not exactly one policy")


def test_an_annotation_without_a_text_says_nothing() -> None:
    found = examine("@id permit (principal, action, resource);", SCHEMA)
    assert isinstance(found, Examined)
    assert found.annotations == {"id": ""}


@pytest.mark.parametrize(
    ("principal", "technical"),
    [
        ("principal", False),
        ("principal is Person", False),
        ('principal == TechnicalAccount::"technical:archive"', False),
        ("principal is TechnicalAccount", True),
    ],
)
def test_only_a_scope_of_technical_accounts_speaks_of_them_alone(principal: str, technical: bool) -> None:
    assert read(principal=principal).technical is technical


def test_a_condition_does_not_make_a_policy_one_of_technical_accounts_alone() -> None:
    assert not read("when { principal is TechnicalAccount || true }").technical


@pytest.mark.parametrize(
    ("action", "actions"),
    [
        ("action", None),
        ('action == Action::"read"', {"read"}),
        ('action in Action::"read"', {"read"}),
        ('action in [Action::"read", Action::"sign"]', {"read", "sign"}),
        ("action in []", None),
        ('action == Elsewhere::Action::"read"', None),
        ('action in [Action::"read", Elsewhere::Action::"sign"]', None),
    ],
)
def test_a_policy_counts_as_one_of_some_actions_only_where_its_scope_names_them(
    action: str, actions: set[str] | None
) -> None:
    assert read(action=action).actions == actions


@pytest.mark.parametrize(
    ("resource", "scope"),
    [
        ("resource", None),
        ('resource in Municipality::"588491"', "588491"),
        ('resource is Resource in Municipality::"588491"', "588491"),
        ('resource == Resource::"588491/records"', None),
        ('resource in Application::"588491"', None),
        ('resource is Resource in Application::"588491"', None),
    ],
)
def test_a_policy_is_limited_to_a_municipality_only_where_its_scope_is(
    resource: str, scope: str | None
) -> None:
    assert read(resource=resource).scope == scope


@pytest.mark.parametrize(
    ("conditions", "paths"),
    [
        ("when { context == context }", {()}),
        ("when { context.sign_in.age < 5 }", {("sign_in", "age")}),
        ("when { context has ticket && context.ticket.approved }", {("ticket",), ("ticket", "approved")}),
        ("unless { context.time.holiday }", {("time", "holiday")}),
        ('when { {"has": context.time.hour} == {"has": 5} }', {("time", "hour")}),  # a name in a record
        ('when { {".": {left: context}} == {".": {left: context}} }', {()}),
        ("when { principal.recovery }", set()),
    ],
)
def test_whatever_is_read_of_the_circumstances_is_seen(conditions: str, paths: set[tuple[str, ...]]) -> None:
    assert read(conditions).looks_at == paths


def test_whoever_is_named_anywhere_keeps_the_name() -> None:
    found = read(
        'unless { context has author && context.author == Person::"urad:petr" } '
        'when { principal != TechnicalAccount::"technical:archive" }',
        principal='principal == Person::"urad:jana"',
    )
    assert found.named == {"urad:jana", "urad:petr", "technical:archive"}


def test_an_attribute_is_seen_also_where_it_is_only_asked_for() -> None:
    assert read("when { resource has department }").attributes == {"department"}
