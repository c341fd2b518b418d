"""Every entry becomes an event that the published schema takes, and loses nothing on the way."""

import json

import pytest
from hypothesis import given, settings

from gateway.audit.canonical import TEXTS, Recorded
from gateway.audit.entry import Code, Entry, Outcome, code_of
from gateway.audit.ocsf import event, line
from gateway.audit.ocsf_classes import KINDS, VERSION, Class
from tests.gateway.audit.making import NOON, entry, recorded
from tests.gateway.audit.ocsf_schema import SCHEMA, faults

ORIGIN = "brana.example"


def kept(item: Entry, sequence: int = 7) -> Recorded:
    return Recorded(sequence, NOON, item)


def request(**facts: object) -> Entry:
    return entry(
        person="novak", subject="office:1", session="s1", application="spis", action="read", municipality="588296",
        address="192.0.2.7",
        details={"method": "GET", "host": "spis.brana.example", "path": "/spis/1", "status": 200, "bytes_out": 12,
                 "user_agent": "Firefox", "duration_ms": 5, "fresh": True, "times": 3},
        **facts,
    )  # fmt: skip


def test_the_facts_of_the_schema_are_those_of_the_version_we_name():
    assert SCHEMA["version"] == VERSION


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_class_of_its_own_choice(code: Code):
    assert KINDS[code].of is not Class.BASE


@pytest.mark.parametrize("code", Code)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_code_is_an_event_of_its_class_with_little_and_with_much_known(code: Code, outcome: Outcome):
    bare = entry(code=code, outcome=outcome)
    full = entry(
        code=code, outcome=outcome, **(dict.fromkeys(TEXTS, "x") | {"address": "2001:db8::1"}),
        details={"by": "vesela", "by_subject": "office:2", "country": "CZ", "status": 403, "method": "POST",
                 "path": "/a", "host": "a", "granted_actions": ["read"], "key": "k", "duration_ms": 1},
    )  # fmt: skip
    assert [faults(event(kept(one), ORIGIN)) for one in (bare, full)] == [[], []]


@settings(max_examples=300)
@given(recorded)
def test_whatever_an_entry_holds_its_event_is_right(one: Recorded):
    assert faults(json.loads(line(one, ORIGIN))) == []


@settings(max_examples=300)
@given(recorded)
def test_nothing_of_an_entry_is_lost(one: Recorded):
    told = line(one, ORIGIN).decode()
    for text in (getattr(one.entry, name) for name in TEXTS if name != "address"):
        assert json.dumps(text, ensure_ascii=False)[1:-1] in told
    for value in one.entry.details.values():
        assert all(
            json.dumps(each, ensure_ascii=False)[1:-1] in told
            for each in (value if isinstance(value, list) else [])
        )


NAMES = (
    *("by", "by_subject", "host", "path", "method", "user_agent", "action", "application", "municipality"),
    *("concerns", "detail_action", "rule", "policy_version", "alert", "alert_rule", "first_entries", "role"),
)


@pytest.mark.parametrize("code", [Code.ACCESS, Code.DECISION_REFUSE, Code.FACTOR_REMOVED, Code.LOG_SEARCHED])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["a told\\text", ["a told\\text"]], ids=["a text", "a list"])
def test_a_detail_with_the_name_of_something_else_hides_it_not_and_is_told(
    code: Code, name: str, value: str | list[str]
):
    fields = {each: f"the {each}" for each in TEXTS if each != "address"}
    told = line(kept(entry(code=code, **fields, details={"action": "another", name: value})), ORIGIN).decode()
    for text in (*fields.values(), "a told\\text", *(() if name == "action" else ("another",))):
        assert json.dumps(text)[1:-1] in told, text


def test_a_receiver_finds_gaps_and_repeats_by_number_and_name():
    metadata = event(kept(request(), 41), ORIGIN)["metadata"]
    assert (metadata["sequence"], metadata["uid"]) == (41, "brana.example/41")
    assert metadata["original_time"] == "2026-05-04T12:00:00.000000Z"
    assert metadata["correlation_uid"] == "request-0"


def test_a_request_says_who_asked_for_what_and_how_it_was_answered():
    made = event(kept(request()), ORIGIN)
    assert (made["class_uid"], made["activity_id"], made["type_uid"]) == (4002, 3, 400203)
    assert made["http_request"]["url"] == {"hostname": "spis.brana.example", "path": "/spis/1"}
    assert made["http_response"] == {"code": 200}
    assert made["actor"] == {
        "user": {"name": "novak", "uid": "office:1", "type_id": 1},
        "session": {"uid": "s1"},
    }
    assert made["src_endpoint"] == {"ip": "192.0.2.7"}
    assert (made["traffic"], made["duration"], made["count"]) == ({"bytes_out": 12}, 5, 3)
    assert made["unmapped"] == {
        "municipality": "588296",
        "application": "spis",
        "action": "read",
        "fresh": True,
    }


def test_a_refusal_says_its_reason_by_code_and_by_name():
    made = event(
        kept(entry(code=Code.DECISION_REFUSE, outcome=Outcome.REFUSED, reason="no_role", person="novak")),
        ORIGIN,
    )
    assert (made["status_id"], made["status"], made["status_code"]) == (2, "refused", "no_role")
    assert made["status_detail"] == "the person has no role anywhere"
    assert made["severity_id"] == 2


def test_whoever_did_it_to_somebody_else_is_the_actor():
    by = {"by": "vesela", "by_subject": "office:2"}
    made = event(
        kept(entry(code=Code.FACTOR_REMOVED, person="novak", subject="office:1", details=by)), ORIGIN
    )
    assert made["user"]["name"] == "novak"
    assert made["actor"]["user"] == {"name": "vesela", "uid": "office:2", "type_id": 1}


def test_an_address_that_is_none_is_a_name():
    assert event(kept(entry(code=Code.SIGN_IN_FAILED, address="address-00ff")), ORIGIN)["src_endpoint"] == {
        "name": "address-00ff"
    }


def test_what_a_newer_version_recorded_is_an_event_of_no_class():
    made = event(kept(entry(code=code_of("moon.landed"))), ORIGIN)
    assert (made["class_uid"], made["type_uid"], made["activity_name"]) == (0, 99, "moon.landed")
    assert faults(made) == []


def test_a_line_is_one_line():
    assert b"\n" not in line(kept(entry(person="a\nb", details={"why": "c\r\nd"})), ORIGIN)


def test_the_rule_about_the_schema_finds_what_is_wrong():
    made = event(kept(request()), ORIGIN)
    assert faults({**made, "activity_id": 77})
    assert faults(
        {name: value for name, value in made.items() if name != "http_request"} | {"http_response": {}}
    )
    assert faults({**made, "favourite_colour": "blue"})
