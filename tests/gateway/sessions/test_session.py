from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from config.settings import SignIn
from config.vocabulary import MunicipalityCode, Role
from gateway.sessions.session import EndReason, Session

LIMITS = SignIn()
MOMENT = timedelta(microseconds=1)
HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")


def test_a_session_just_opened_may_be_used(session: Session, now: datetime) -> None:
    assert session.why_over(LIMITS, now) is None


def test_a_session_nobody_used_is_over_after_the_idle_limit(session: Session, now: datetime) -> None:
    assert session.why_over(LIMITS, now + LIMITS.idle) is None
    assert session.why_over(LIMITS, now + LIMITS.idle + MOMENT) is EndReason.IDLE


def test_a_session_in_use_is_over_after_the_absolute_limit(session: Session, now: datetime) -> None:
    end = now + LIMITS.absolute
    used = replace(session, last_seen_at=end)
    assert used.why_over(LIMITS, end) is None
    assert used.why_over(LIMITS, end + MOMENT) is EndReason.TOO_LONG


def test_the_absolute_limit_counts_from_the_authentication_not_the_opening(
    session: Session, now: datetime
) -> None:
    earlier = replace(session, authenticated_at=now - LIMITS.absolute - MOMENT)
    assert earlier.why_over(LIMITS, now) is EndReason.TOO_LONG


def test_a_session_ends_with_the_providers_also_where_that_ends_sooner(
    session: Session, now: datetime
) -> None:
    short = replace(session, ends_at=now + timedelta(minutes=3))
    assert short.why_over(LIMITS, now + timedelta(minutes=3)) is None
    assert short.why_over(LIMITS, now + timedelta(minutes=3) + MOMENT) is EndReason.TOO_LONG
    longer = replace(session, ends_at=now + LIMITS.absolute * 2)
    assert longer.latest_end(LIMITS) == session.authenticated_at + LIMITS.absolute


@pytest.mark.parametrize("role", [Role.LOCAL_ADMINISTRATOR, Role.CENTRE_ADMINISTRATOR])
def test_an_administrator_has_the_shorter_limit_everywhere(
    role: Role, session: Session, now: datetime
) -> None:
    administrator = replace(session, roles=((HULIN, role), (KROMERIZ, Role.CLERK)))
    assert administrator.longest(LIMITS) == LIMITS.absolute_administrators
    end = now + LIMITS.absolute_administrators + MOMENT
    assert replace(administrator, last_seen_at=end).why_over(LIMITS, end) is EndReason.TOO_LONG
    assert replace(session, last_seen_at=end).why_over(LIMITS, end) is None


@pytest.mark.parametrize("reason", EndReason)
def test_an_ended_session_says_why_it_ended(reason: EndReason, session: Session, now: datetime) -> None:
    ended = replace(session, ended_at=now, end_reason=reason)
    assert ended.why_over(LIMITS, now + timedelta(days=30)) is reason


def test_the_revocation_id_names_session_and_generation(session: Session) -> None:
    assert session.revocation_id == "AAAAAAAAAAAAAAAAAAAAAA.3"


def test_roles_are_told_by_municipality(session: Session) -> None:
    assert session.roles_in(HULIN) == (Role.ACCOUNTANT,)
    assert session.roles_in(MunicipalityCode("500000")) == ()
    assert session.municipalities() == (KROMERIZ, HULIN)


def test_new_facts_keep_the_active_municipality_while_a_role_is_left_there(
    session: Session, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    changed = session.with_facts("Jana Malá", "mala", ((KROMERIZ, Role.MAYOR), (HULIN, Role.CLERK)), later)
    assert (changed.name, changed.login, changed.municipality) == ("Jana Malá", "mala", KROMERIZ)
    assert (changed.facts_at, changed.last_seen_at) == (later, now)


def test_who_lost_the_role_in_the_active_municipality_acts_for_another(
    session: Session, now: datetime
) -> None:
    changed = session.with_facts("J", "j", ((HULIN, Role.CLERK),), now)
    assert changed.municipality == HULIN
    assert session.with_facts("J", "j", (), now).municipality is None
