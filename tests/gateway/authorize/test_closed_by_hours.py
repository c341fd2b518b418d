"""The portal's cards while hours close something, by the policies of the example and a rule of hours beside them."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import Action, ApplicationId, Language, Role
from gateway.authorize.catalogue import openable
from gateway.authorize.check import check
from gateway.authorize.closed_by_hours import closed_by_hours
from policies.forms import forms, render
from policies.incidents import Closure, ClosureKind
from policies.load import load
from policies.model import AskFor
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, NOW, RECORDS

EVENING = NOW + timedelta(hours=10)
FILLED = {
    "id": "hours-of-records",
    "roles": ["clerk", "auditor"],
    "applications": ["records"],
    "since": "7",
    "until": "18",
    "days": ["1", "2", "3", "4", "5"],
    "holidays": False,
    "emergency": True,
    "requested": False,
}


@pytest.fixture
def with_hours(snapshot, tmp_path):
    def made(*closures, action="action"):
        where = tmp_path / f"{len(closures)} {len(action)}"
        shutil.copytree(EXAMPLES / "policies", where)
        with (where / "municipalities" / f"{HULIN}.cedar").open("a", encoding="utf-8") as file:
            file.write(render(forms()["hours"], FILLED, HULIN).replace("\n  action,", f"\n  {action},"))
        book = load(where / "region", where / "municipalities", snapshot.district, incidents=closures)
        return replace(snapshot, policies=book)

    return made


def closed(session, snapshot, now):
    return closed_by_hours(session, snapshot, snapshot.policies, "192.0.2.7", now)


def at(session, now):
    return replace(
        session, authenticated_at=now - timedelta(minutes=5), last_seen_at=now, facts_at=now, opened_at=now
    )


def test_what_hours_close_is_told_with_the_words_of_the_refusal_at_its_door(with_hours, session, request_):
    snapshot, now = with_hours(), at(session, EVENING)
    assert RECORDS not in openable(now, snapshot, "192.0.2.7", EVENING)
    ((name, (question, refused)),) = closed(now, snapshot, EVENING).items()
    door = check(request_, now, snapshot, EVENING, "g")
    assert (name, question.action) == (RECORDS, Action.READ)
    assert (refused.rule, refused.title, refused.advice) == (door.rule, door.title, door.advice)
    assert "7:00–18:00" in refused.advice[Language.ENGLISH]
    assert refused.ask_for is AskFor.EMERGENCY


def test_what_is_open_what_the_role_never_opens_and_what_an_incident_closes_is_not_told(with_hours, session):
    snapshot = with_hours()
    assert closed(at(session, NOW), snapshot, NOW) == {}
    auditor = replace(at(session, EVENING), roles=((HULIN, Role.AUDITOR),))
    assert closed(auditor, snapshot, EVENING) == {}
    assert closed(replace(at(session, EVENING), municipality=None), snapshot, EVENING) == {}
    why = dict.fromkeys(Language, "An incident.")
    closure = Closure(kind=ClosureKind.APPLICATION, target="records", reason=why, by="urad:x", at=NOW)
    assert closed(at(session, EVENING), with_hours(closure), EVENING) == {}


def test_what_opens_by_another_action_is_no_closed_card(with_hours, session, snapshot):
    readers = with_hours(action='action == Action::"read"')
    assert RECORDS in openable(at(session, EVENING), readers, "192.0.2.7", EVENING), "to write"
    assert closed(at(session, EVENING), readers, EVENING) == {}
    hours = with_hours()
    offer = replace(hours.applications[RECORDS], actions=frozenset({Action.READ}))
    both = replace(hours, applications={RECORDS: offer, ApplicationId("map"): hours.applications["map"]})
    assert set(closed(at(session, EVENING), both, EVENING)) == {RECORDS}
    assert closed(at(session, EVENING), snapshot, EVENING) == {}
