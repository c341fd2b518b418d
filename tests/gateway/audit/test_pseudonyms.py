"""What can be handed out with less: nothing in it names a person, and the course of events stays."""

import pytest
from hypothesis import given

from gateway.audit.canonical import Recorded, canonical
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.pseudonyms import KEPT, pseudonymised
from gateway.web.officer.labels import LABELS
from tests.gateway.audit.making import NOON, entry, recorded

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
REFUSED = entry(
    code=Code.OFFICER_ACT_REFUSED, outcome=Outcome.REFUSED, subject="office:1", person="novak", session="sid",
    address="192.0.2.7", municipality="588296", application="spis", reason="no_role", rule="4", request_id="9f2c-1",
    details={"by": "vesela", "of": "novak", "why": "je nemocný", "user_agent": "Firefox", "path": "/spis/novak",
             "roles": ["588296:mayor"], "status": 403, "country": "CZ"},
)  # fmt: skip


def shown(item: Entry, key: bytes = KEY) -> Entry:
    return pseudonymised(Recorded(3, NOON, item), key).entry


def test_nobody_is_named_and_nothing_that_somebody_wrote_is_left():
    told = canonical(Recorded(3, NOON, shown(REFUSED))).decode()
    for text in ("novak", "vesela", "office:1", "sid", "192.0.2.7", "nemocn", "Firefox", "9f2c-1"):
        assert text not in told


def test_what_the_product_chose_stays():
    left = shown(REFUSED)
    names = ("code", "outcome", "at", "municipality", "application", "reason", "rule")
    assert all(getattr(left, name) == getattr(REFUSED, name) for name in names)
    assert {name: left.details[name] for name in ("roles", "status", "country")} == {
        "roles": ["588296:mayor"], "status": 403, "country": "CZ",
    }  # fmt: skip


def test_the_same_person_is_the_same_wherever_they_stand_and_another_under_another_key():
    left = shown(REFUSED)
    assert left.details["of"] == left.person
    assert left.details["by"] != left.person
    assert shown(REFUSED, OTHER).person != left.person


def test_a_request_still_leads_to_its_decision():
    request, decision = (
        shown(entry(code=code, rule="clerks-read", policy_version="0f25", details={"grant": "Gr4nt"}))
        for code in (Code.ACCESS, Code.DECISION_PERMIT)
    )
    assert request.details["grant"] == decision.details["grant"] != "Gr4nt"
    assert (request.rule, request.policy_version) == ("clerks-read", "0f25")


def test_an_alert_is_about_the_same_person_or_address_and_its_name_is_of_this_export_alone():
    for of, field in (("novak", "person"), ("192.0.2.7", "address")):
        told = {"alert": "guesses-412", "alert_rule": "guesses", "alert_of": of}
        left = shown(entry(code=Code.ALERT_RAISED, details=told))
        assert left.details["alert_of"] == getattr(shown(REFUSED), field)
        assert "412" not in str(left.details["alert"])
        assert left.details["alert_rule"] == "guesses"
        assert left.details["alert"] != shown(entry(details=told), OTHER).details["alert"]


def test_a_value_of_one_kind_is_not_known_again_in_another():
    left = shown(entry(person="x", subject="x", session="x", address="x"))
    assert len({left.person, left.subject, left.session, left.address}) == 4


def test_the_system_and_operators_are_still_known_as_such():
    assert shown(entry(subject="system")).subject == "system"
    operator = shown(entry(subject="cli:root (jana)")).subject
    assert operator.startswith("cli:")
    assert "jana" not in operator


def test_a_key_that_could_be_guessed_is_refused():
    with pytest.raises(ValueError, match="needs 32"):
        shown(REFUSED, b"tajne")


def test_a_detail_that_nobody_thought_of_is_replaced():
    assert shown(entry(details={"shoe_size_text": "dvacet"})).details["shoe_size_text"].startswith("text-")


@given(recorded)
def test_whatever_an_entry_holds_the_result_can_be_written_and_says_no_less(one: Recorded):
    left = pseudonymised(one, KEY)
    assert canonical(left)
    assert left.entry.details.keys() == one.entry.details.keys()
    assert (left.sequence, left.received_at) == (one.sequence, one.received_at)


def test_details_that_stay_are_details_there_are():
    made_here = {
        "alert_rule",
        "group_by",
        "receiver",
        "state",
        "action",
        "routes",
        "policy_version",
        "counts_from",
    }
    assert KEPT - LABELS.keys() - made_here == set()


def test_no_hash_that_comes_from_an_entry_stays():
    """The root of a tree of one entry is a hash of that entry: a guess could be checked by it."""
    assert "root" not in KEPT
    assert "ab" * 32 not in repr(shown(entry(details={"root": "ab" * 32})))
