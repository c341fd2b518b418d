from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from config.vocabulary import (
    NO_DEVICE,
    Action,
    ApplicationId,
    AuthenticationLevel,
    DeviceId,
    Language,
    Role,
    device_subject,
)
from gateway.authorize.check import check
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused, SignInNeeded, Verdict
from gateway.sessions.session import EndReason, Session
from policies.load import load
from tests.gateway.authorize.conftest import EXAMPLES, HULIN, KROMERIZ, NOW, RECORDS

SHUT_AT_TEN = """
@id("shut-in-the-evening")
@reason("too_late")
@title_cs("Teď je zavřeno")
@title_en("It is shut now")
@advice_cs("Přijďte zítra.")
@advice_en("Come tomorrow.")
forbid (principal, action, resource)
unless { context.time.hour < 11 };
"""


def decide(
    request: AccessRequest, session: Session | None, snapshot: Snapshot, later: timedelta = timedelta()
) -> Verdict:
    return check(request, session, snapshot, NOW + later, "grant-1")


def refused(verdict: Verdict) -> Refused:
    assert isinstance(verdict, Refused)
    return verdict


def test_nobody_signed_in_is_sent_to_the_sign_in(request_: AccessRequest, snapshot: Snapshot) -> None:
    assert decide(request_, None, snapshot) == SignInNeeded("no_session")


@pytest.mark.parametrize("reason", list(EndReason))
def test_a_session_that_was_ended_must_sign_in_again(
    request_: AccessRequest, session: Session, snapshot: Snapshot, reason: EndReason
) -> None:
    over = replace(session, ended_at=NOW, end_reason=reason)
    assert decide(request_, over, snapshot) == SignInNeeded(reason)


def test_an_idle_session_must_sign_in_again(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    idle = snapshot.limits.idle + timedelta(seconds=1)
    quiet = replace(session, last_seen_at=NOW - idle)
    assert decide(request_, quiet, snapshot) == SignInNeeded(EndReason.IDLE)


def test_a_session_past_its_absolute_limit_must_sign_in_again(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    old = replace(session, authenticated_at=NOW - timedelta(hours=10, seconds=1))
    assert decide(request_, old, snapshot) == SignInNeeded(EndReason.TOO_LONG)


def test_facts_older_than_the_grace_refuse_because_the_directory_is_away(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    stale = replace(session, facts_at=NOW - timedelta(minutes=15, seconds=1))
    verdict = refused(decide(request_, stale, snapshot))
    assert verdict.reason == "directory_unreachable"
    assert verdict.detail


def test_facts_of_a_time_to_come_prove_nothing_and_are_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """As a clock that was set back leaves them."""
    for ahead in (timedelta(microseconds=1), timedelta(hours=1)):
        verdict = refused(decide(request_, replace(session, facts_at=NOW + ahead), snapshot))
        assert verdict.reason == "directory_unreachable"


def test_somebody_without_any_role_is_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    nobody = replace(session, roles=(), municipality=None)
    assert refused(decide(request_, nobody, snapshot)).reason == "no_role"
    assert refused(decide(replace(request_, municipality=None), nobody, snapshot)).reason == "no_role"


def test_an_application_or_action_that_is_not_configured_is_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    unknown = replace(request_, application=ApplicationId("payroll"))
    assert refused(decide(unknown, session, snapshot)).reason == "unknown_application"
    unasked = replace(request_, action=Action.ADMINISTER)
    assert refused(decide(unasked, session, snapshot)).reason == "unknown_application"


def test_an_application_that_the_node_which_asks_has_otherwise_is_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    ours = "0f25"
    offer = replace(snapshot.applications[request_.application], mark=ours)
    snapshot = replace(snapshot, applications=snapshot.applications | {request_.application: offer})
    assert isinstance(decide(replace(request_, mark=ours), session, snapshot), Granted)
    verdict = refused(decide(replace(request_, mark="other"), session, snapshot))
    assert verdict.reason == "application_differs"


def test_an_application_that_the_municipality_does_not_use_is_refused_by_name(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    budget = replace(request_, application=ApplicationId("budget"), municipality=None)
    verdict = refused(decide(budget, session, snapshot))
    assert verdict.reason == "application_not_offered"
    assert "Hulín" in verdict.title[Language.CZECH]
    assert "Hulín" in verdict.title[Language.ENGLISH]


def test_her_own_municipality_is_granted_with_all_she_may_do_there(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    verdict = decide(request_, session, snapshot)
    assert isinstance(verdict, Granted)
    grant, about = verdict.grant, verdict.grant.assertion
    assert verdict.rule
    assert (grant.id, grant.epoch, grant.revocation_id, grant.own) == (
        "grant-1",
        "e1",
        f"{session.id}.3",
        True,
    )
    assert (about.audience, about.municipality, about.roles) == (RECORDS, HULIN, (Role.CLERK,))
    assert about.actions == (Action.READ, Action.WRITE)
    assert about.expires_at - about.issued_at == timedelta(minutes=5)
    assert about.issued_at == NOW.replace(microsecond=0)
    assert grant.policy_version == snapshot.policies.version


def test_another_municipality_is_refused_with_a_reason_in_both_languages(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    verdict = refused(decide(replace(request_, municipality=KROMERIZ), session, snapshot))
    assert (verdict.reason, verdict.municipality) == ("no_role_in_municipality", KROMERIZ)
    assert verdict.title[Language.CZECH] == "V obci Kroměříž nemáte žádnou roli"
    assert all(verdict.title[language] and verdict.advice[language] for language in Language)
    assert verdict.policy_version == snapshot.policies.version


def test_somebody_of_two_municipalities_acts_for_one_at_a_time(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    both = replace(session, roles=((KROMERIZ, Role.CLERK), (HULIN, Role.CLERK)), municipality=KROMERIZ)
    assert refused(decide(request_, both, snapshot)).reason == "other_municipality_active"
    assert isinstance(decide(replace(request_, municipality=KROMERIZ), both, snapshot), Granted)


def test_an_action_beyond_the_role_is_refused(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    assert isinstance(decide(replace(request_, action=Action.SIGN), session, snapshot), Refused)


def test_one_factor_is_not_enough(request_: AccessRequest, session: Session, snapshot: Snapshot) -> None:
    weak = replace(session, acr=AuthenticationLevel.PASSWORD, amr=("pwd",))
    assert refused(decide(request_, weak, snapshot)).reason == "two_factors_needed"


def test_a_grant_never_outlives_the_sessions_absolute_limit(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    late = replace(session, authenticated_at=NOW - timedelta(hours=9, minutes=58))
    verdict = decide(request_, late, snapshot)
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == late.authenticated_at + timedelta(hours=10)


def test_a_grant_never_outlives_what_the_provider_said_of_the_sign_ins_end(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    """As an exception from the second factor ends."""
    short = replace(session, ends_at=NOW + timedelta(minutes=2))
    verdict = decide(request_, short, snapshot)
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == short.ends_at


def test_a_grant_never_outlives_the_facts_it_rests_on(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    old = replace(session, facts_at=NOW - timedelta(minutes=13))
    verdict = decide(request_, old, snapshot)
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == old.facts_at + snapshot.directory_grace


def test_a_grant_never_outlives_what_the_policies_say_of_the_hour(
    request_: AccessRequest, session: Session, snapshot: Snapshot, tmp_path: Path
) -> None:
    policies = EXAMPLES / "policies"
    region = tmp_path / "region"
    copytree(policies / "region", region)
    (region / "90-shut.cedar").write_text(SHUT_AT_TEN, "utf-8")
    book = load(region, policies / "municipalities", snapshot.district)
    late = NOW.replace(minute=58)
    fresh = replace(session, last_seen_at=late, facts_at=late)
    verdict = check(request_, fresh, replace(snapshot, policies=book), late, "g")
    assert isinstance(verdict, Granted)
    assert verdict.grant.assertion.expires_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


def test_an_administrators_session_is_shorter(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    administrator = replace(
        session,
        roles=((KROMERIZ, Role.CENTRE_ADMINISTRATOR),),
        authenticated_at=NOW - timedelta(hours=4, seconds=1),
    )
    assert decide(request_, administrator, snapshot) == SignInNeeded(EndReason.TOO_LONG)


def test_nobody_opens_anything_in_a_device_that_is_suspended(
    request_: AccessRequest, session: Session, snapshot: Snapshot
) -> None:
    lost, other = DeviceId("ztraceny-notebook-0001"), DeviceId("jiny-notebook-00000002")
    barring = replace(snapshot, suspended=lambda who, _: who == device_subject(lost))
    verdict = refused(decide(request_, replace(session, device=lost), barring))
    assert verdict.reason == "device_suspended"
    assert verdict.title[Language.CZECH] == "Toto zařízení je pozastaveno"
    for known in (other, NO_DEVICE):
        assert isinstance(decide(request_, replace(session, device=known), barring), Granted)
