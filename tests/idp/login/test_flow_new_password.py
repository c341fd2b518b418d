"""A password that must be changed before anything opens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel, MunicipalityCode
from idp import events
from idp.login.effects import (
    ChangePassword,
    GiveBack,
    OpenSession,
)
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    ChangingPassword,
    Failed,
    SignedIn,
)
from idp.login.throttle import Scope
from idp.login.upstream import Official
from tests.rig.people import JANA_ID, NOON
from tests.rig.sign_in_moves import (
    begun,
    go,
    of_kind,
    recorded,
    told,
)

PASSWORD, _, RESISTANT = AuthenticationLevel


@pytest.mark.parametrize("name", ["yes, but stale", "yes, must change"])
def test_whoever_must_change_the_password_shows_the_factor_first_and_then_changes_it(name):
    state, effects = go(begun(), "password", name, "code")
    assert isinstance(state, AwaitingNewPassword)
    assert not of_kind(effects, OpenSession)
    state, effects = go(state, "new password")
    assert of_kind(effects, ChangePassword) == [ChangePassword(JANA_ID, "staré", "nové dlouhé tajemství")]
    back, effects = go(state, "not changed")
    assert isinstance(back, AwaitingNewPassword)
    assert told(effects) == [Refusal.NEW_PASSWORD_REFUSED]
    assert of_kind(effects, GiveBack)
    _, effects = go(state, "not changed, wrong")
    assert not of_kind(effects, GiveBack)
    done, effects = go(state, "changed")
    assert isinstance(done, SignedIn)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged]


def test_a_weak_password_costs_no_guess_and_reaches_no_directory():
    state, _ = go(begun(), "password", "yes, but stale", "code")
    back, effects = go(state, "weak new password")
    assert back == state
    assert told(effects) == [Refusal.PASSWORD_TOO_COMMON]
    assert not of_kind(effects, ChangePassword)


def test_whoever_needs_more_by_the_roles_of_now_shows_it_after_the_change_and_only_then_comes_in():
    state, effects = go(begun(), "password", "yes, but stale", "code", "new password", "changed, needs a key")
    assert isinstance(state, AwaitingFactor)
    assert not of_kind(effects, OpenSession)
    assert (state.standing.level, state.standing.demanded) == (PASSWORD, RESISTANT)
    stays, effects = go(state, "recovery code")
    assert (stays, told(effects)) == (state, [Refusal.FACTOR_TOO_WEAK])
    done, effects = go(state, "key")
    assert isinstance(done, SignedIn)
    assert done.level is RESISTANT
    assert of_kind(effects, OpenSession)


def test_no_exception_stands_for_the_second_factor_of_somebody_who_became_an_administrator_meanwhile():
    state, _ = go(begun(), "password", "yes, but stale")
    excepted = replace(state.standing, until=NOON + timedelta(days=1))
    waiting = AwaitingNewPassword(excepted)
    after, effects = go(waiting, "new password", "changed, needs two factors")
    assert isinstance(after, AwaitingFactor)
    assert not of_kind(effects, OpenSession)
    done, effects = go(after, "code")
    assert isinstance(done, SignedIn)
    (opened,) = of_kind(effects, OpenSession)
    assert opened.until is None
    bare, _ = go(waiting, "new password", "changed, needs two factors and has none")
    assert isinstance(bare, AwaitingOfficersCode)
    still, _ = go(waiting, "new password", "changed")
    assert isinstance(still, SignedIn)
    over, _ = go(AwaitingNewPassword(replace(excepted, until=NOON)), "new password", "changed")
    assert isinstance(over, AwaitingFactor)


def test_whoever_has_no_factor_that_reaches_what_the_new_role_needs_does_not_come_in():
    names = "password", "yes, but stale", "code", "new password", "changed, needs a key and has none"
    state, effects = go(begun(), *names)
    assert state == Failed(Refusal.LEVEL_UNREACHABLE)
    assert not of_kind(effects, OpenSession)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged, events.SignInFailed]


@pytest.mark.parametrize("name", ["changed, disabled", "changed, no answer", "changed, still to be changed"])
def test_a_changed_password_opens_nothing_until_the_directory_says_yes(name):
    state, effects = go(begun(), "password", "yes, but stale", "code", "new password", name)
    assert isinstance(state, AwaitingPassword)
    assert not of_kind(effects, OpenSession)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged, events.SignInFailed]


def test_who_acts_for_an_office_in_which_the_role_is_gone_by_then_begins_again():
    state, _ = go(begun(), "password", "yes, must change", "code", "new password")
    assert isinstance(state, ChangingPassword)
    official = Official(municipality=MunicipalityCode("588644"))
    after, effects = go(replace(state, standing=replace(state.standing, official=official)), "changed")
    assert isinstance(after, AwaitingPassword)
    assert told(effects) == [Refusal.UPSTREAM_OTHER_MUNICIPALITY]


def test_after_a_change_that_nobody_knows_the_end_of_the_sign_in_begins_again_with_whichever_password_holds():
    state, _ = go(begun(), "password", "yes, but stale", "code", "new password")
    assert isinstance(state, ChangingPassword)
    again, effects = go(state, "perhaps changed")
    assert isinstance(again, AwaitingPassword)
    assert told(effects) == [Refusal.CHANGE_UNCERTAIN]
    (back,) = of_kind(effects, GiveBack)
    assert {one.scope for one in state.taken.purses} - {one.scope for one in back.taken.purses} <= {
        Scope.DIRECTORY
    }
    assert Scope.DIRECTORY not in {one.scope for one in back.taken.purses}
