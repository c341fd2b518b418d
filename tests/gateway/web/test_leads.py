"""From an entry to everything: its request, session, person, device and rule, and the pages of what it names."""

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from config.vocabulary import DeviceId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.web.officer.filters import filters_of
from gateway.web.officer.leads import SAME, Machine, leads, same_of
from tests.gateway.web.incident_site import MACHINES
from tests.gateway.web.people import AUDITOR, KVASICE, NOW, OFFICER, assertion_header
from tests.gateway.web.sample_log import sample_entries
from tests.gateway.web.test_officer import AS_OFFICER, shown

pytestmark = pytest.mark.real
POLICIES = "https://policies.brana.test"
PLAIN = Entry(code=Code.STARTED, outcome=Outcome.SUCCESS, at=NOW, subject="system")


def led(entry, *, bounded=False):
    return {one.title.en: one.address for one in leads(entry, POLICIES, bounded=bounded)}


def asked(address):
    """The query that the log's page makes of it; every filter of a lead is one."""
    given = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    filters = filters_of(given, "o")
    assert filters.used == given
    assert not filters.unreadable
    return filters.query


def test_a_decision_leads_to_all_that_it_has_in_common_with_others():
    facts = {"device": {"id": "notebook-7"}, "networks": ["office"], "ticket": {"number": "Z-12"}}
    entry = replace(sample_entries()[2], subject="urad:1", details={"facts": json.dumps(facts)})
    found = led(entry)
    assert asked(found["The whole request"]).request_id == entry.request_id
    assert asked(found["The whole session"]).session == entry.session
    assert asked(found["All of this person"]).person == "urad:1"
    near = asked(found["This person a quarter of an hour before and after"])
    assert (near.person, near.since < entry.at < near.until) == ("urad:1", True)
    assert asked(found["All from this address"]).address == entry.address
    by_rule = asked(found["All by this rule in this version of the policies"])
    assert (by_rule.rule, by_rule.policy_version) == (entry.rule, entry.policy_version)
    assert [str(one) for one in asked(found["All from this device"]).having] == ["device=notebook-7"]
    assert [str(one) for one in asked(found["All from this network"]).having] == ["network=office"]
    assert [str(one) for one in asked(found["All about this order"]).having] == ["ticket=Z-12"]
    assert found["The person's page"].startswith("/people?login=")
    assert found["Versions of the policies"] == f"{POLICIES}/versions"


def test_a_request_leads_to_the_decision_that_let_it_in_and_back():
    request = replace(PLAIN, code=Code.ACCESS, details={"grant": "g-1"})
    found = led(request)
    decision = asked(found["The decision by which it was let in"])
    assert (decision.codes, [str(one) for one in decision.having]) == ({Code.DECISION_PERMIT}, ["grant=g-1"])
    decided = led(replace(request, code=Code.DECISION_PERMIT))
    assert [str(one) for one in asked(decided["All under this grant"]).having] == ["grant=g-1"]
    assert "The decision by which it was let in" not in decided
    assert not {"The decision by which it was let in", "All under this grant"} & led(PLAIN).keys()


@pytest.mark.parametrize(
    ("code", "details", "title", "address"),
    [
        (
            Code.POLICY_SUBMITTED,
            {"proposal": "a/b"},
            "The proposal of the policies",
            f"{POLICIES}/proposals/a%2Fb",
        ),
        (Code.INCIDENT_CLOSED, {"incident": "Ab3"}, "The closure of access", f"{POLICIES}/incidents"),
        (Code.SECURITY_INCIDENT_NOTED, {"incident": 7}, "The incident", "/incidents/7"),
        (Code.PERSON_SUSPENDED, {"suspension": "x"}, "Suspensions", "/suspensions"),
        (Code.ACCESS_REVIEW_BEGUN, {"review": "r1"}, "The access review", f"{POLICIES}/reviews/r1"),
        (Code.ALERT_RAISED, {"alert": "a-1", "first_entries": ["3", "5"]}, "Entry 5", "/log/5"),
        (Code.ALERT_OVER, {"alert": "a-1"}, "Alerts", "/alerts"),
        (Code.SECURITY_INCIDENT_EVIDENCE, {"evidence": "entry 12"}, "Entry 12", "/log/12"),
        (Code.LOG_HOLD_PLACED, {"hold": 1}, "Months and holds", "/holds"),
    ],
)
def test_what_an_entry_names_has_its_page(code, details, title, address):
    assert led(replace(PLAIN, code=code, details=details))[title] == address


@pytest.mark.parametrize(
    "details",
    [
        {"incident": "../x"},
        {"evidence": "entry x"},
        {"evidence": "search a=1"},
        {"first_entries": ["-1", ""]},
        {"facts": "{"},
    ],
)
def test_what_is_no_name_leads_nowhere(details):
    assert led(replace(PLAIN, code=Code.SECURITY_INCIDENT_NOTED, details=details)) == {}


def test_who_sees_one_municipality_is_led_to_no_page_of_the_centre():
    entry = replace(
        sample_entries()[2], subject="urad:1", details={"incident": 7, "hold": 1, "proposal": "x"}
    )
    assert all(address.startswith("/log?") for address in led(entry, bounded=True).values())
    assert led(replace(PLAIN, subject="cli:root (x)")) == {}


def test_a_count_has_no_others_like_it_and_every_filter_of_a_detail_is_one():
    assert same_of(replace(PLAIN, details={"number": 14, "by": "novak"})) == {"by": "by"}
    assert same_of(replace(PLAIN, details={"number": "Z-12"})) == {"number": "ticket"}
    assert set(SAME.values()) <= filters_of({}, "o").entered.keys()


async def test_the_page_of_an_entry_leads_on_and_only_officers_of_the_centre_act_from_it(client):
    text = await shown(client, "/log/7")
    assert "The whole request" in text
    assert "What can be done" in text
    assert "kind=municipality_application" in text
    for who in (AUDITOR, replace(OFFICER, municipality=KVASICE)):
        answer = await client.get("/log/7", headers={**AS_OFFICER, **assertion_header(who)})
        theirs = await answer.text()
        assert "The whole request" in theirs
        assert "What can be done" not in theirs
        assert "/incidents/new" not in theirs


async def test_an_entry_leads_to_the_page_of_its_device_whoever_may_act(client, office, monkeypatch):
    """By the name under which it is enrolled; a browser without an agent has no page."""
    name, page = DeviceId("N" * 22), "https://devices.brana.test/one/" + "N" * 22
    office.log.entries[7] = replace(office.log.entries[7], details={"device": name, "browser": "B" * 22})
    assert "The page of the device" not in await shown(client, "/log/7")
    monkeypatch.setitem(MACHINES, name, Machine("NB-2026-17", page))
    text = await shown(client, "/log/7")
    assert f'<a href="{page}">The page of the device NB-2026-17</a>' in text
    assert "Browser on the device" in text
    answer = await client.get("/log/7", headers={**AS_OFFICER, **assertion_header(AUDITOR)})
    assert page not in await answer.text()


def test_a_version_that_is_none_of_the_kept_ones_leads_to_that_on_which_it_rests_and_to_what_was_closed():
    loaded = replace(
        PLAIN,
        code=Code.POLICIES_LOADED,
        policy_version="0123456789ab",
        details={"kept": 12, "closures": ["supplier", "application budget"]},
    )
    decided = replace(sample_entries()[2], policy_version="0123456789ab")
    for found in (
        {one.title.en: one.address for one in leads(decided, POLICIES, bounded=False, loaded=loaded)},
        led(loaded),
    ):
        texts = found["The common policies as they were then (version number 12)"]
        assert texts == f"{POLICIES}/versions?of=region&before=13"
        assert found["Closed in an incident then: supplier, application budget"] == f"{POLICIES}/incidents"
    bounded = [one.title.en for one in leads(decided, POLICIES, bounded=True, loaded=loaded)]
    assert not any("then" in one for one in bounded)
    assert not any("then" in one for one in led(replace(loaded, details={})))
