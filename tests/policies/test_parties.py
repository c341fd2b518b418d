import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, ApplicationId, Role, SubjectId, technical_subject
from policies.cedar_json import entity
from policies.examine import SCHEMA_FILE
from policies.model import ActivityRole, Delegation, Device, Facts, Ticket
from policies.parties import ANY_ACCOUNT, ANY_PERSON, Attention, entities, kind_of, parties
from tests.policies.world import HULIN, KROMERIZ, NOW, ask

INATTENTIVE = Attention(frozenset(), frozenset())
JANA, PETR = SubjectId("urad:jana"), SubjectId("urad:petr")


def told(attributes: frozenset[str] | None, **facts: Any) -> tuple[set[str], set[str]]:
    """Names of the attributes of person and resource."""
    document = json.loads(entities(parties(ask((HULIN, Role.CLERK), facts=Facts(**facts))), attributes))
    person, resource = (set(one["attrs"]) for one in document)
    return person, resource


def test_whoever_nobody_names_is_anybody() -> None:
    for subject in (JANA, PETR):
        assert parties(ask((HULIN, Role.CLERK), subject=subject), INATTENTIVE).subject == ANY_PERSON
    assert parties(ask(subject=technical_subject("archive")), INATTENTIVE).subject == ANY_ACCOUNT
    assert kind_of(ANY_PERSON) == "Person"
    assert kind_of(ANY_ACCOUNT) == "TechnicalAccount"


def test_whom_the_policies_name_keeps_the_name() -> None:
    attention = Attention(frozenset(), frozenset({JANA}))
    assert parties(ask(subject=JANA), attention).subject == JANA
    assert parties(ask(subject=PETR), attention).subject == ANY_PERSON


def test_where_the_policies_name_nobody_at_all_by_his_number_everybody_keeps_the_name() -> None:
    attention = Attention(frozenset(), frozenset({ANY_PERSON}))
    assert parties(ask(subject=JANA), attention).subject == JANA


NAMING = {
    "author": Facts(author=JANA),
    "approved_by": Facts(approved_by=frozenset({PETR, JANA})),
    "by": Facts(delegation=Delegation(since=NOW, until=NOW, by=JANA)),
    "owner": Facts(device=Device(managed=True, fresh=True, owner=JANA)),
    "sponsor": Facts(
        ticket=Ticket(
            approved=True,
            since=NOW,
            until=NOW,
            application=ApplicationId("map"),
            sponsor_present=True,
            sponsor=JANA,
        )
    ),
}
"""Facts that name somebody, by the attribute of the schema that does."""


def test_every_attribute_that_may_name_somebody_is_tried_here() -> None:
    named = re.findall(r"(\w+)\??: (?:Set<)?(?:Person|TechnicalAccount)\b", SCHEMA_FILE.read_text("utf-8"))
    assert set(named) == NAMING.keys()


@pytest.mark.parametrize("facts", NAMING.values(), ids=NAMING)
def test_whom_the_circumstances_name_keeps_the_name(facts: Facts) -> None:
    assert parties(ask(subject=JANA, facts=facts), INATTENTIVE).subject == JANA
    assert parties(ask(subject=SubjectId("urad:eva"), facts=facts), INATTENTIVE).subject == ANY_PERSON


def test_the_recovery_administrator_is_nobody_else() -> None:
    assert parties(ask(subject=RECOVERY_ADMINISTRATOR), INATTENTIVE).subject == RECOVERY_ADMINISTRATOR


def test_other_roles_or_another_municipality_are_other_parties() -> None:
    clerk = ask((HULIN, Role.CLERK))
    others = (
        ask((HULIN, Role.MAYOR)),
        ask((HULIN, Role.CLERK), (KROMERIZ, Role.CLERK)),
        replace(clerk, municipality=KROMERIZ),
        replace(clerk, application=ApplicationId("map")),
    )
    assert len({parties(one, INATTENTIVE) for one in (clerk, *others)}) == 5


def test_what_stands_in_no_policy_is_not_told() -> None:
    everything = told(None, departments=frozenset({"finance"}), department="finance")
    assert everything == (
        {"municipality", "roles", "memberships", "roles_anywhere", "offices", "recovery", "departments"},
        {"municipality", "department"},
    )
    assert told(frozenset({"roles", "level"}), departments=frozenset(), department="finance") == (
        {"roles"},
        set(),
    )
    assert told(frozenset({"offices", "department"}), department="finance") == ({"offices"}, {"department"})
    assert told(frozenset()) == (set(), set())


DAY = date(2026, 1, 1)
READ_OF_PEOPLE = {
    "departments": frozenset({"finance"}),
    "department": "finance",
    "activity_roles": frozenset({ActivityRole(municipality=HULIN, agenda="A1", activity_role="CR1")}),
    "employed_since": DAY,
    "employed_until": DAY,
}
"""Facts that stand with the person or the resource, by the name of the attribute."""


@pytest.mark.parametrize(("name", "value"), READ_OF_PEOPLE.items(), ids=READ_OF_PEOPLE)
def test_a_fact_tells_people_apart_exactly_where_a_policy_reads_it(name: str, value: Any) -> None:
    plain = ask((HULIN, Role.CLERK))
    known = replace(plain, facts=Facts(**{name: value}))
    others = Attention(READ_OF_PEOPLE.keys() - {name}, frozenset())
    assert parties(plain, others) == parties(known, others)
    for attention in (Attention(frozenset({name}), frozenset()), None):
        assert getattr(parties(known, attention), name) == value
        assert parties(plain, attention) != parties(known, attention)


def test_a_name_that_is_no_text_is_nobodys() -> None:
    with pytest.raises(UnicodeEncodeError):
        parties(ask((HULIN, Role.CLERK), subject=SubjectId("\ud800")), INATTENTIVE)


def test_only_what_somebody_holds_where_the_person_acts_is_told_as_held_there() -> None:
    asked = ask(
        (HULIN, Role.CLERK),
        (KROMERIZ, Role.MAYOR),
        facts=Facts(
            activity_roles=frozenset(
                ActivityRole(municipality=where, agenda=agenda, activity_role="CR1")
                for where, agenda in ((HULIN, "A1"), (KROMERIZ, "A2"))
            )
        ),
    )
    person, resource = json.loads(entities(parties(asked)))
    held = person["attrs"]
    assert held["municipality"] == entity("Municipality", HULIN)
    assert held["roles"] == [entity("Role", "clerk")]
    assert sorted(one["__entity"]["id"] for one in held["memberships"]) == [KROMERIZ, HULIN]
    assert sorted(one["__entity"]["id"] for one in held["roles_anywhere"]) == ["clerk", "mayor"]
    assert sorted(one["__entity"]["id"] for one in held["offices"]) == [f"{KROMERIZ}/mayor", f"{HULIN}/clerk"]
    assert held["activity_roles"] == [{"agenda": "A1", "activity_role": "CR1"}]
    assert held["recovery"] is False
    assert resource["uid"] == {"type": "Resource", "id": f"{HULIN}/records"}
    assert resource["parents"] == [
        {"type": "Municipality", "id": HULIN},
        {"type": "Application", "id": "records"},
    ]


def test_only_the_recovery_administrator_is_told_as_such() -> None:
    (person, _) = json.loads(entities(parties(ask(subject=RECOVERY_ADMINISTRATOR), INATTENTIVE)))
    assert person["uid"] == {"type": "Person", "id": RECOVERY_ADMINISTRATOR}
    assert person["attrs"]["recovery"] is True
