"""Limits of a session by the roles of its person."""

from datetime import timedelta

import pytest

from config.settings import RoleLimits, SignIn
from config.vocabulary import AuthenticationLevel, Language, MunicipalityCode, Role, SessionId
from idp.directory.person import RoleHeld
from idp.events import EndReason
from idp.login.handle import HandleHash
from idp.login.session import Session, end_due, idle_end, lifetime, with_facts
from tests.rig.people import HULIN, NOON, person

KVASICE = MunicipalityCode("588644")
LIMITS = SignIn(
    limits=[
        RoleLimits(roles=[Role.SUPPLIER, Role.AUDITOR], idle=timedelta(minutes=6)),
        RoleLimits(roles=[Role.SUPPLIER], absolute=timedelta(hours=2)),
        RoleLimits(roles=[Role.MAYOR], idle=timedelta(minutes=10), absolute=timedelta(hours=8)),
    ]
)
MINUTES = timedelta(minutes=1)


def session(*roles: tuple[MunicipalityCode, Role]) -> Session:
    somebody = person(roles=tuple(RoleHeld(where, role) for where, role in roles))
    return Session(
        sid=SessionId("s" * 22),
        handle=HandleHash(b"h" * 32),
        person=somebody,
        facts_at=NOON,
        locale=Language.CZECH,
        level=AuthenticationLevel.TWO_FACTORS,
        methods=("pwd", "otp", "mfa"),
        auth_time=NOON,
        created_at=NOON,
        last_seen=NOON,
        expires_at=NOON + lifetime(somebody, LIMITS),
    )


@pytest.mark.parametrize(
    ("roles", "idle", "absolute"),
    [
        ((), 15, 10 * 60),
        (((HULIN, Role.CLERK),), 15, 10 * 60),
        (((HULIN, Role.AUDITOR),), 6, 10 * 60),
        (((HULIN, Role.SUPPLIER),), 6, 2 * 60),
        (((HULIN, Role.CLERK), (KVASICE, Role.SUPPLIER)), 6, 2 * 60),
        (((HULIN, Role.MAYOR), (KVASICE, Role.AUDITOR)), 6, 8 * 60),
        (((HULIN, Role.CENTRE_ADMINISTRATOR), (KVASICE, Role.MAYOR)), 10, 4 * 60),
    ],
)
def test_the_strictest_limit_of_all_roles_counts_wherever_they_are_held(roles, idle, absolute):
    made = session(*roles)
    assert idle_end(made, LIMITS) == NOON + idle * MINUTES
    assert made.expires_at == NOON + absolute * MINUTES
    assert end_due(made, NOON + idle * MINUTES - timedelta.resolution, LIMITS) is None
    assert end_due(made, NOON + idle * MINUTES, LIMITS) is EndReason.IDLE


def test_whoever_gets_a_role_with_a_shorter_limit_gets_the_limit_at_once():
    made = session((HULIN, Role.CLERK))
    supplier = session((HULIN, Role.SUPPLIER)).person
    changed = with_facts(made, supplier, NOON + MINUTES, LIMITS)
    assert changed.expires_at == NOON + timedelta(hours=2)
    assert end_due(changed, NOON + 6 * MINUTES, LIMITS) is EndReason.IDLE


def test_whoever_loses_a_role_keeps_the_limit_of_the_sign_in():
    made = session((HULIN, Role.SUPPLIER))
    changed = with_facts(made, session((HULIN, Role.CLERK)).person, NOON + MINUTES, LIMITS)
    assert changed.expires_at == made.expires_at


def test_without_entries_administrators_alone_have_a_limit_of_their_own():
    usual = SignIn()
    assert usual.idle_of([Role.CENTRE_ADMINISTRATOR]) == usual.idle_of([]) == timedelta(minutes=15)
    assert usual.absolute_of([Role.LOCAL_ADMINISTRATOR, Role.CLERK]) == timedelta(hours=4)
    assert usual.absolute_of([Role.CLERK]) == timedelta(hours=10)


def test_an_entry_never_lengthens_the_limit_of_administrators():
    wide = SignIn(limits=[RoleLimits(roles=[Role.CENTRE_ADMINISTRATOR], absolute=timedelta(hours=9))])
    assert wide.absolute_of([Role.CENTRE_ADMINISTRATOR]) == timedelta(hours=4)
