"""What a new authenticator counts for, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, Role
from idp.directory.person import RoleHeld
from idp.login import flow, trust
from idp.login.authenticator import Newly
from idp.login.effects import GiveBack, KeepAuthenticator, OpenSession
from idp.login.inputs import PersonAnswered
from idp.login.level import PASSKEY
from idp.login.refusal import Refusal
from idp.login.states import AwaitingFactor, AwaitingPassword, CheckingPerson, SignedIn, Standing
from idp.login.upstream import Identity, Link
from tests.rig.people import HULIN, JANA, JANA_ID, NOON, person
from tests.rig.sign_in_moves import KEYS, OWN, begun, go, holder, key_shown, of_kind, told
from tests.rig.sign_in_moves import happened as move

PASSWORD, TWO, RESISTANT = AuthenticationLevel
HOUR = timedelta(hours=1)
UNTIL = NOON + HOUR
NEW = replace(OWN, newly=Newly(TWO, UNTIL))


@pytest.mark.parametrize(
    ("role", "setting", "lasts"),
    [
        (Role.CLERK, HOUR, HOUR),
        (Role.CLERK, 48 * HOUR, 48 * HOUR),
        (Role.LOCAL_ADMINISTRATOR, HOUR, 24 * HOUR),
        (Role.SECURITY_OFFICER, HOUR, 24 * HOUR),
        (Role.CENTRE_ADMINISTRATOR, 48 * HOUR, 48 * HOUR),
    ],
)
def test_administrators_and_security_officers_have_a_day_whatever_the_settings_say(role, setting, lasts):
    whose = replace(person(), roles=(RoleHeld(HULIN, role),))
    assert trust.after(whose, SignIn(trust_new_keys_after=setting)) == lasts


def test_a_new_key_counts_as_what_added_it_until_its_time_and_in_full_from_then_on():
    moment = timedelta(microseconds=1)
    assert trust.level_of(NEW, UNTIL - moment) is TWO
    assert trust.level_of(NEW, UNTIL) is RESISTANT
    assert trust.level_of(OWN, NOON) is RESISTANT


def test_what_added_it_never_makes_it_more_than_it_is():
    assert trust.level_of(holder(newly=Newly(RESISTANT, UNTIL)), NOON) is TWO


@pytest.mark.parametrize(
    ("lapse", "role", "new"),
    [
        (timedelta(0), Role.CLERK, Newly(TWO, UNTIL)),
        (HOUR - timedelta(microseconds=1), Role.CLERK, Newly(TWO, UNTIL)),
        (HOUR, Role.CLERK, None),
        (23 * HOUR, Role.SECURITY_OFFICER, Newly(TWO, NOON + 24 * HOUR)),
        (24 * HOUR, Role.SECURITY_OFFICER, None),
        (-HOUR, Role.CLERK, Newly(TWO, UNTIL)),  # a clock that was set back
    ],
)
def test_a_link_with_another_provider_is_new_for_as_long_as_a_key(lapse, role, new):
    identity = Identity(issuer="https://sso.kraj.test", subject="a1")
    link = Link(identity=identity, provider="kraj", name="Jana", subject=JANA_ID, linked_at=NOON)
    whose = replace(person(), roles=(RoleHeld(HULIN, role),))
    assert trust.newly_linked(link, whose, SignIn(trust_new_keys_after=HOUR), NOON + lapse) == new


def at_person(demanded=None):
    return CheckingPerson(JANA_ID, "Klíč", OWN.id, NOON, begun(demanded), NEW.newly)


def answer(state, needed=None):
    event = replace(move("person", state), needed=needed)
    assert isinstance(event, PersonAnswered)
    return flow.step(state, event, NOON)


def test_a_new_passkey_alone_opens_a_session_of_the_level_that_added_it_and_claims_no_possession():
    state, effects = answer(at_person())
    assert isinstance(state, SignedIn)
    (opening,) = of_kind(effects, OpenSession)
    assert (opening.level, opening.counts_from) == (TWO, UNTIL)
    assert set(opening.methods) == {*PASSKEY} - {"pop"}


@pytest.mark.parametrize(("demanded", "needed"), [(RESISTANT, None), (None, RESISTANT), (TWO, RESISTANT)])
def test_a_new_passkey_does_not_reach_what_is_demanded_by_page_or_role(demanded, needed):
    state, effects = answer(at_person(demanded), needed)
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [Refusal.FACTOR_TOO_NEW]
    assert of_kind(effects, OpenSession) == []


def shown_after_password(demanded):
    state, _ = go(begun(demanded), "password", "yes")
    assert isinstance(state, AwaitingFactor)
    event = key_shown(NEW, move("key", state).drawn, KEYS[JANA_ID].shown(state.challenge), "live")
    return flow.step(state, event, NOON)


def test_a_new_key_after_the_password_is_a_second_factor_and_no_more():
    state, effects = shown_after_password(None)
    (opening,) = of_kind(effects, OpenSession)
    assert (opening.level, opening.counts_from) == (TWO, UNTIL)
    assert "pop" not in opening.methods
    state, effects = shown_after_password(RESISTANT)
    assert isinstance(state, AwaitingFactor)
    assert told(effects) == [Refusal.FACTOR_TOO_NEW]
    assert len(of_kind(effects, GiveBack)) == 1  # it was no wrong guess
    assert len(of_kind(effects, KeepAuthenticator)) == 1  # its counter has moved


def test_a_standing_remembers_nothing_of_newness_once_a_full_factor_is_shown():
    lifted = Standing(person=JANA, read_at=NOON, counts_from=UNTIL)
    state = AwaitingFactor(lifted, b"n" * 32)
    _, effects = flow.step(state, move("key", state), NOON)
    (opening,) = of_kind(effects, OpenSession)
    assert (opening.level, opening.counts_from) == (RESISTANT, None)
