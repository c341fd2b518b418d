"""Acts on our own pages: decided by the policies at that moment, with whose request it is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.district import District
from config.vocabulary import Action, ApplicationId, DeviceId, Role, SubjectId, device_subject
from gateway.asks.separation import Duties
from gateway.authorize.act import Act, may_act
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.verdict import Refused
from gateway.sessions.session import EndReason, Session
from idp.directory.same_person import Account
from policies.load import load
from policies.model import Permitted
from policies.texts import MUNICIPALITIES, REGION, InHand
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW
from tests.policies.test_library import LIBRARY

POLICIES = ApplicationId("policies")
SOMEBODY = SubjectId("urad:22222222-2222-4222-8222-222222222222")


@pytest.fixture
def snapshot(snapshot: Snapshot) -> Snapshot:
    offer = Offer(frozenset(Action), frozenset(snapshot.district))
    return replace(snapshot, applications={**snapshot.applications, POLICIES: offer})


@pytest.fixture
def mayor(session: Session) -> Session:
    return replace(session, roles=((HULIN, Role.MAYOR),))


def act(action: Action, author: SubjectId | None = None) -> Act:
    return Act(application=POLICIES, action=action, author=author, about="proposal 1")


def decided(act: Act, session: Session | None, snapshot: Snapshot) -> Permitted | Refused:
    return may_act(act, session, snapshot, "192.0.2.7", NOW)


def test_what_somebody_else_wrote_may_be_approved(mayor: Session, snapshot: Snapshot) -> None:
    found = decided(act(Action.SIGN, SOMEBODY), mayor, snapshot)
    assert isinstance(found, Permitted)
    assert found.rule == "policies-approve"


def test_what_one_wrote_oneself_may_not(mayor: Session, snapshot: Snapshot) -> None:
    found = decided(act(Action.SIGN, mayor.subject), mayor, snapshot)
    assert isinstance(found, Refused)
    assert (found.reason, found.rule, found.municipality) == ("own_policy_change", "own-policy-change", HULIN)


def of_one_person(snapshot: Snapshot, who: Session) -> Snapshot:
    """Once the directories say that SOMEBODY is another account of theirs."""
    others = {who.subject: [Account(SOMEBODY, "jina")]}
    return replace(snapshot, duties=Duties(others=lambda one: others.get(one, [])))


def test_what_one_wrote_by_another_account_may_not_either(mayor: Session, snapshot: Snapshot) -> None:
    found = decided(act(Action.SIGN, SOMEBODY), mayor, of_one_person(snapshot, mayor))
    assert isinstance(found, Refused)
    assert (found.reason, found.rule) == ("own_policy_change", "own-policy-change")


def test_who_approved_before_is_told_to_the_policies(mayor: Session, snapshot: Snapshot) -> None:
    """Decided by the library's rule about two approvals, beside one that permits everything."""
    rule = (LIBRARY / "separation-of-duties.cedar").read_text("utf-8")
    rest = f'@id("rest") permit (principal, action, resource in Municipality::"{HULIN}");'
    texts = {"region/10-duties.cedar": rule, f"municipalities/{HULIN}.cedar": rest}
    district = District([snapshot.district[HULIN]])
    two = replace(snapshot, policies=load(REGION, MUNICIPALITIES, district, sources=InHand(texts)))
    approving = replace(act(Action.SIGN, SOMEBODY), approved_by=frozenset({mayor.subject}))
    found = decided(approving, mayor, two)
    assert isinstance(found, Refused)
    assert (found.reason, found.rule) == ("approved_already", "two-people-approve")
    first = replace(approving, approved_by=frozenset({SOMEBODY}))
    assert isinstance(decided(first, mayor, two), Permitted)
    asked_by_another = replace(first, author=None)
    assert isinstance(decided(asked_by_another, mayor, two), Permitted)
    told = decided(asked_by_another, mayor, of_one_person(two, mayor))
    assert isinstance(told, Refused)
    assert told.reason == "approved_already", "also who approved by another account of theirs"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CENTRE_ADMINISTRATOR])
def test_nobody_outside_the_centre_administers(role: Role, session: Session, snapshot: Snapshot) -> None:
    found = decided(act(Action.ADMINISTER), replace(session, roles=((HULIN, role),)), snapshot)
    assert isinstance(found, Refused)
    assert found.reason


def test_the_centre_does(session: Session, snapshot: Snapshot) -> None:
    centre = replace(session, roles=((KROMERIZ, Role.CENTRE_ADMINISTRATOR),), municipality=KROMERIZ)
    assert isinstance(decided(act(Action.ADMINISTER), centre, snapshot), Permitted)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"end_reason": EndReason.SIGNED_OUT}, "sign_in_needed"),
        ({"last_seen_at": NOW - timedelta(hours=9)}, "sign_in_needed"),
        ({"facts_at": NOW - timedelta(hours=1)}, "directory_unreachable"),
        ({"municipality": None}, "no_role"),
        ({"subject": SubjectId("technical:robot")}, "unknown_application"),
    ],
)
def test_a_session_that_does_not_serve_does_nothing(
    change: dict, reason: str, mayor: Session, snapshot: Snapshot
) -> None:
    found = decided(act(Action.READ), replace(mayor, **change), snapshot)
    assert isinstance(found, Refused)
    assert found.reason == reason


def test_nobody_does_nothing(snapshot: Snapshot) -> None:
    assert isinstance(decided(act(Action.READ), None, snapshot), Refused)


def test_an_act_that_no_page_offers_is_not_done(mayor: Session, snapshot: Snapshot) -> None:
    found = decided(Act(application=ApplicationId("map"), action=Action.SIGN), mayor, snapshot)
    assert isinstance(found, Refused)
    assert found.reason == "unknown_application"


def test_no_act_is_done_in_a_device_that_is_suspended(session: Session, snapshot: Snapshot) -> None:
    lost = DeviceId("ztraceny-notebook-0001")
    barring = replace(snapshot, suspended=lambda who, _: who == device_subject(lost))
    act = Act(application=ApplicationId("portal"), action=Action.READ)
    answer = may_act(act, replace(session, device=lost), barring, "192.0.2.7", NOW)
    assert isinstance(answer, Refused)
    assert answer.reason == "device_suspended"
