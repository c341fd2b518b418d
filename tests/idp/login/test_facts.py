"""How old facts are, and what newer ones mean for a session of the provider."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Role
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.work import Work
from idp.events import EndReason
from idp.login.facts import differ, read_meanwhile, recent, why_over
from tests.rig.people import HULIN, JANA, NOON, PETR, person
from tests.rig.signed_on import signed_on

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("age", "relied_on"),
    [
        (timedelta(0), True),
        (MINUTE, True),
        (5 * MINUTE, False),
        (-timedelta.resolution, False),
        (-60 * MINUTE, False),
    ],
)
def test_facts_serve_from_when_they_were_confirmed_and_not_when_that_is_yet_to_come(age, relied_on: bool):
    assert recent(NOON - age, NOON, 5 * MINUTE) is relied_on


@pytest.mark.parametrize(
    ("facts_at", "younger"),
    [
        (NOON - MINUTE, False),
        (NOON, False),
        (NOON + MINUTE, True),
        (NOON + 2 * MINUTE, True),
        (NOON + 3 * MINUTE, False),
    ],
)
def test_only_what_was_read_between_the_news_and_now_is_younger_than_they(facts_at, younger: bool):
    assert read_meanwhile(facts_at, NOON, NOON + 2 * MINUTE) is younger


ADMINISTRATOR = person(roles=(*JANA.roles, RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (JANA, None),
        (replace(JANA, state=AccountState.LOCKED), None),
        (replace(JANA, roles=(*JANA.roles, RoleHeld(HULIN, Role.AUDITOR))), None),
        (None, EndReason.ACCOUNT_CLOSED),
        (PETR, EndReason.ACCOUNT_CLOSED),
        (replace(JANA, state=AccountState.DISABLED), EndReason.ACCOUNT_CLOSED),
        (replace(JANA, roles=()), EndReason.ROLE_LOST),
        (replace(JANA, roles=(RoleHeld(HULIN, Role.AUDITOR),)), EndReason.ROLE_LOST),
        (replace(JANA, roles=(), login="mala.jana"), None),  # just being renamed
        (ADMINISTRATOR, EndReason.FACTOR_TOO_WEAK),
    ],
)
def test_a_session_ends_when_its_person_may_not_work_lost_a_role_or_needs_more(
    told: Person | None, reason: EndReason | None
):
    session = signed_on(JANA, NOON, AuthenticationLevel.PASSWORD)
    assert why_over(session, told, SignIn()) is reason


def test_names_roles_and_work_are_what_differs_and_a_mail_address_is_not():
    assert not differ(JANA, replace(JANA, mail="jina@obec.test", state=AccountState.LOCKED))
    work = Work(departments=("finance",))
    for other in ({"name": "Jana Malá"}, {"login": "mala.jana"}, {"roles": ()}, {"work": work}):
        assert differ(JANA, replace(JANA, **other))
