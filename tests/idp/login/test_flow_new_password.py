"""A password that must be changed before anything opens."""

import pytest

from idp import events
from idp.login.effects import (
    ChangePassword,
    GiveBack,
    OpenSession,
)
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingNewPassword,
    AwaitingPassword,
    ChangingPassword,
    SignedIn,
)
from idp.login.throttle import Scope
from tests.rig.people import JANA_ID
from tests.rig.sign_in_moves import (
    begun,
    go,
    of_kind,
    recorded,
    told,
)


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


@pytest.mark.parametrize("name", ["changed, disabled", "changed, no answer", "changed, still to be changed"])
def test_a_changed_password_opens_nothing_until_the_directory_says_yes(name):
    state, effects = go(begun(), "password", "yes, but stale", "code", "new password", name)
    assert isinstance(state, AwaitingPassword)
    assert not of_kind(effects, OpenSession)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged, events.SignInFailed]


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
