import ipaddress
import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Action, ApplicationId, AuthenticationLevel, NetworkName, Role, SubjectId
from policies.examine import SCHEMA_FILE, Examined, examine
from policies.model import (
    ActivityRole,
    Delegation,
    Device,
    Emergency,
    Facts,
    Question,
    Requested,
    Route,
    Ticket,
)
from policies.request import FactUnusable, entities, is_timeless, parties, requests
from tests.policies.world import HULIN, KROMERIZ, NOW, ask

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
ANYTHING = cedarpy.PolicySet.from_str("permit (principal, action, resource);")
EVERY_FACT = Facts(
    country="CZ",
    tunnel=True,
    protocol="rdp",
    impossible_travel=False,
    idle=timedelta(minutes=1),
    device=Device(
        managed=True,
        fresh=True,
        disk_encrypted=True,
        firewall=True,
        updates_installed=True,
        screen_lock=False,
        antivirus=True,
        os="windows",
        os_version=11,
        owner=SubjectId("x"),
        agent=True,
        reported_at=NOW - timedelta(seconds=30),
    ),
    emergency=Emergency(asked_at=NOW, justification="povodeň", application=ApplicationId("map")),
    ticket=Ticket(
        approved=True,
        since=NOW,
        until=NOW,
        application=ApplicationId("map"),
        sponsor_present=True,
        sponsor=SubjectId("y"),
        number="2026/17",
    ),
    delegation=Delegation(since=NOW, until=NOW, by=SubjectId("z"), roles=frozenset({Role.REGISTRAR})),
    requested=Requested(
        since=NOW, until=NOW, application=ApplicationId("map"), actions=frozenset({Action.READ, Action.WRITE})
    ),
    route=Route(id="documents", path="/documents"),
    networks=frozenset({NetworkName("office")}),
    activity_roles=frozenset({ActivityRole(municipality=HULIN, agenda="A115", activity_role="CR22")}),
    employed_since=date(2020, 1, 1),
    employed_until=date(2026, 12, 31),
    approved_by=frozenset({SubjectId("y")}),
    purpose="ověření",
    agenda="A115",
    activity_role="CR22",
    download=False,
    author=SubjectId("x"),
    departments=frozenset({"finance"}),
    department="finance",
)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


def context(question: Question) -> dict[str, Any]:
    (request,) = requests(question, (question.action,))
    return dict(json.loads(request["context"]))


def person(question: Question) -> dict[str, Any]:
    return dict(json.loads(entities(parties(question)))[0]["attrs"])


def conforms(question: Question) -> bool:
    """Cedar itself compares the request and the entities with the schema."""
    result = cedarpy.is_authorized_batch(
        requests(question, Action),
        ANYTHING,
        cedarpy.Entities.from_json_str(entities(parties(question)), SCHEMA),
        SCHEMA,
    )
    return all(one.allowed and not one.diagnostics.errors for one in result)


def test_a_question_with_every_fact_conforms_to_the_schema() -> None:
    assert all(getattr(EVERY_FACT, one.name) is not None for one in fields(Facts))
    assert conforms(ask((HULIN, Role.MAYOR), facts=EVERY_FACT))


def test_a_question_with_a_person_without_roles_conforms_to_the_schema() -> None:
    assert conforms(ask())


@given(TEXT, TEXT, TEXT, st.sampled_from(Role), st.sampled_from([Facts(), EVERY_FACT]))
def test_whatever_names_are_made_of_the_question_conforms(
    subject: str, application: str, address: str, role: Role, facts: Facts
) -> None:
    question = ask((HULIN, role), (KROMERIZ, role), subject=subject, application=application, address=address)
    assert conforms(replace(question, facts=facts))


@given(st.ip_addresses())
def test_every_address_is_understood(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    question = ask(address=str(address))
    assert "address" in context(question)["place"]
    assert conforms(question)


@pytest.mark.parametrize("text", ["", "-", "nonsense", "10.0.0.1:443", "10.0.0.1/8", "1.2.3"])
def test_what_is_no_address_is_not_known(text: str) -> None:
    assert "address" not in context(ask(address=text))["place"]


def test_an_address_in_another_spelling_is_the_same_address() -> None:
    spelled = {"::ffff:10.20.7.1": "10.20.7.1", "FE80::1%eth0": "fe80::1"}
    for text, plain in spelled.items():
        assert context(ask(address=text))["place"]["address"]["__extn"]["arg"] == plain


@given(st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_the_instant_does_not_depend_on_how_it_is_written(instant: datetime) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=-7)))
    here = context(ask(now=instant, authenticated_at=instant))
    assert here["time"] == context(ask(now=elsewhere, authenticated_at=instant))["time"]


def test_hours_and_days_are_local() -> None:
    winter = context(ask(now=datetime(2026, 12, 31, 23, 30, tzinfo=UTC), authenticated_at=NOW))["time"]
    assert (winter["hour"], winter["minute"], winter["weekday"], winter["holiday"]) == (0, 30, 5, True)
    assert winter["date"]["__extn"]["arg"] == "2027-01-01"
    assert (winter["month"], winter["day"], winter["of_day"]["__extn"]["arg"]) == (1, 1, "1800s")
    summer = context(ask(now=datetime(2026, 7, 1, 5, 0, tzinfo=UTC), authenticated_at=NOW - timedelta(365)))
    assert summer["time"]["hour"] == 7


def test_only_the_active_municipalitys_roles_are_roles() -> None:
    attributes = person(ask((HULIN, Role.MAYOR), (KROMERIZ, Role.CLERK)))
    assert [role["__entity"]["id"] for role in attributes["roles"]] == ["mayor"]
    assert len(attributes["offices"]) == len(attributes["roles_anywhere"]) == 2


def test_only_the_active_municipalitys_activity_roles_are_told() -> None:
    attributes = person(ask((KROMERIZ, Role.REGISTRAR), facts=EVERY_FACT))
    assert attributes["activity_roles"] == []
    attributes = person(ask((HULIN, Role.REGISTRAR), facts=EVERY_FACT))
    assert attributes["activity_roles"] == [{"agenda": "A115", "activity_role": "CR22"}]


def test_the_state_of_a_device_grows_older() -> None:
    later = replace(ask(facts=EVERY_FACT), now=NOW + timedelta(minutes=1))
    assert context(later)["device"]["age"] == 90


def test_levels_are_numbers_that_grow() -> None:
    numbers = [context(ask(level=level))["sign_in"]["level"] for level in AuthenticationLevel]
    assert numbers == [1, 2, 3]


def test_clocks_may_differ_by_a_minute_and_not_by_more() -> None:
    ahead = ask(authenticated_at=NOW + timedelta(seconds=60))
    assert context(ahead)["sign_in"]["age"] == 0
    with pytest.raises(FactUnusable):
        context(replace(ahead, authenticated_at=NOW + timedelta(seconds=61)))


def test_a_time_without_a_zone_is_refused_wherever_it_stands() -> None:
    naive = NOW.replace(tzinfo=None)
    for question in (
        ask(now=naive),
        ask(authenticated_at=naive),
        ask(facts=Facts(delegation=Delegation(since=naive, until=NOW))),
    ):
        with pytest.raises(FactUnusable):
            context(question)


CONDITIONS = (
    "context.sign_in.level >= 2",
    "context.sign_in.age <= 300",
    "context.sign_in has idle && context.sign_in.idle < 60",
    'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
    "context.place has country",
    "context.place == context.place && context.place.tunnel",
    'context.time.now > datetime("2026-01-01")',
    "context.time.hour >= 12 || context.time.holiday",
    "context has device && context.device.managed",
    "context has author && principal == context.author",
    "context has emergency",
    'context["sign_in"]["level"] == 3',
    "principal.roles.isEmpty()",
)


def looks_at(condition: str) -> frozenset[tuple[str, ...]]:
    examined = examine(f"permit (principal, action, resource) when {{ {condition} }};", SCHEMA)
    assert isinstance(examined, Examined)
    assert not examined.faults
    return examined.looks_at


@given(
    st.sampled_from(CONDITIONS),
    st.sampled_from(AuthenticationLevel),
    st.sampled_from(["192.0.2.7", "10.0.0.1", "nonsense"]),
    st.sampled_from([Facts(), EVERY_FACT, Facts(tunnel=True), Facts(country="CZ")]),
    st.integers(0, 23),
)
def test_what_no_policy_looks_at_changes_no_verdict(
    condition: str, level: AuthenticationLevel, address: str, facts: Facts, hours: int
) -> None:
    question = ask((HULIN, Role.MAYOR), level=level, address=address, facts=facts)
    question = replace(question, now=NOW + timedelta(hours=hours), authenticated_at=NOW)
    policies = cedarpy.PolicySet.from_str(f"permit (principal, action, resource) when {{ {condition} }};")
    known = cedarpy.Entities.from_json_str(entities(parties(question)))
    (whole,) = requests(question, [Action.READ])
    (narrow,) = requests(question, [Action.READ], looks_at(condition))
    answers = [cedarpy.is_authorized(request, policies, known) for request in (whole, narrow)]
    assert answers[0].allowed is answers[1].allowed
    assert not any(answer.diagnostics.errors for answer in answers)
    assert set(json.loads(narrow["context"])) <= set(json.loads(whole["context"]))


def test_only_what_is_looked_at_is_made() -> None:
    (request,) = requests(ask(), [Action.READ], looks_at("context.sign_in.level >= 2"))
    assert json.loads(request["context"]) == {"sign_in": {"level": 2}}
    (request,) = requests(ask(address=""), [Action.READ], looks_at("context.place has address"))
    assert json.loads(request["context"]) == {"place": {}}


def test_a_use_of_the_whole_context_makes_all_of_it() -> None:
    (request,) = requests(ask(), [Action.READ], looks_at("context == context"))
    assert json.loads(request["context"]) == context(ask())


def test_an_impossible_sign_in_refuses_although_nobody_asks_for_its_age() -> None:
    with pytest.raises(FactUnusable):
        requests(ask(authenticated_at=NOW + timedelta(days=1)), [Action.READ], frozenset())


@pytest.mark.parametrize(
    ("scope", "actions"),
    [
        ("action", None),
        ('action == Action::"read"', {"read"}),
        ('action in [Action::"read", Action::"sign"]', {"read", "sign"}),
        ('action in Action::"write"', {"write"}),
    ],
)
def test_the_actions_of_a_scope_are_known(scope: str, actions: set[str] | None) -> None:
    examined = examine(f"permit (principal, {scope}, resource);", SCHEMA)
    assert isinstance(examined, Examined)
    assert examined.actions == actions


def test_only_level_factors_place_and_what_was_said_stay_the_same_while_time_passes() -> None:
    timeless = {"context.sign_in.level >= 2", 'context["sign_in"]["level"] == 3', "principal.roles.isEmpty()"}
    timeless |= {
        condition for condition in CONDITIONS if "context.place" in condition or "context.author" in condition
    }
    assert {condition for condition in CONDITIONS if is_timeless(looks_at(condition))} == timeless
