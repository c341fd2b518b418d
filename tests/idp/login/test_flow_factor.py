"""The second factor, a passkey alone, and a session that is lifted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel, SessionId
from idp import events
from idp.events import Factor
from idp.login import flow, totp
from idp.login.drawn import draw
from idp.login.effects import (
    GiveBack,
    KeepAuthenticator,
    OpenSession,
    SpendRecoveryCode,
)
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingFactor,
    AwaitingPassword,
    CheckingPerson,
    Failed,
    Question,
    SignedIn,
    Standing,
)
from tests.rig.people import JANA, JANA_ID, NOON
from tests.rig.sign_in_moves import (
    OWN,
    SECRET,
    STEP_NOW,
    begun,
    go,
    happened,
    holder,
    of_kind,
    recorded,
    told,
)

PASSWORD, TWO, RESISTANT = AuthenticationLevel
BARE = Standing(person=JANA, read_at=NOON)
DRAWN = draw()
LIFTED = Standing(
    person=JANA, read_at=NOON, demanded=RESISTANT, lifting=SessionId("live"), since=NOON - timedelta(hours=1)
)


def test_a_code_used_before_is_refused_and_its_counter_moves_on_with_each():
    state, effects = go(begun(), "password", "yes", "code used before")
    assert (type(state), told(effects)) == (AwaitingFactor, [Refusal.CODE_REPLAYED])
    _, effects = go(state, "code")
    (kept,) = of_kind(effects, KeepAuthenticator)
    assert kept.authenticator.means == totp.Enrolled(SECRET, STEP_NOW, 0)


def test_a_recovery_code_signs_in_is_spent_and_recorded():
    state, effects = go(begun(), "password", "yes", "recovery code")
    assert isinstance(state, SignedIn)
    assert (state.level, state.methods) == (TWO, ("pwd", "mfa"))
    assert len(of_kind(effects, SpendRecoveryCode)) == 1
    assert [one.factor for one in recorded(effects)] == [Factor.RECOVERY_CODE]


def test_a_key_after_the_password_resists_phishing():
    state, _ = go(begun(), "password", "yes", "key")
    assert (state.level, state.methods) == (RESISTANT, ("pwd", "pop", "user", "mfa"))


def test_a_passkey_alone_asks_the_directory_what_the_account_is_now():
    state, effects = go(begun(), "passkey")
    waiting = AwaitingPassword(
        state.waiting.challenge, asking=Question(state.waiting.asking.name, NOON, JANA_ID)
    )
    assert state == CheckingPerson(JANA_ID, "Klíč", OWN.id, NOON, waiting)
    assert not of_kind(effects, OpenSession)
    state, _ = go(state, "person")
    assert (state.level, state.methods) == (RESISTANT, ("pop", "user", "mfa"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("person, disabled", Refusal.ACCOUNT_DISABLED),
        ("nobody", Refusal.UNKNOWN_PERSON),
        ("another person", Refusal.UNKNOWN_PERSON),
        ("person, key removed", Refusal.KEY_UNKNOWN),
        ("person, must change", Refusal.PASSWORD_MUST_CHANGE),
        ("person, no answer", Refusal.DIRECTORY_UNREACHABLE),
    ],
)
def test_a_passkey_opens_nothing_for_an_account_that_is_not_open(name, reason):
    state, effects = go(begun(), "passkey", name)
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [reason]
    assert [one.reason for one in recorded(effects)] == [reason]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("passkey that verified nobody", Refusal.KEY_USER_NOT_VERIFIED),
        ("passkey of an earlier challenge", Refusal.KEY_CHALLENGE_WRONG),
        ("passkey signed elsewhere", Refusal.KEY_ORIGIN_WRONG),
        ("passkey nobody enrolled", Refusal.KEY_UNKNOWN),
        ("passkey that names nobody", Refusal.KEY_OWNER_UNNAMED),
        ("passkey that another signed", Refusal.KEY_SIGNATURE_WRONG),
    ],
)
def test_a_passkey_that_proves_nothing_is_refused_by_name(name, reason):
    state, effects = go(begun(), name)
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [reason]
    assert [type(one) for one in recorded(effects)] == [events.KeyRefused]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("key of another", Refusal.KEY_OF_ANOTHER),
        ("key of an earlier challenge", Refusal.KEY_CHALLENGE_WRONG),
        ("key for another site", Refusal.KEY_SITE_WRONG),
    ],
)
def test_a_key_that_is_not_the_persons_own_is_refused_by_name(name, reason):
    state, effects = go(begun(), "password", "yes", name)
    assert isinstance(state, AwaitingFactor)
    assert told(effects) == [reason]


@pytest.mark.parametrize("name", ["code", "recovery code"])
def test_a_factor_below_what_is_demanded_is_not_even_looked_at(name):
    state, effects = go(begun(RESISTANT), "password", "yes", name)
    assert isinstance(state, AwaitingFactor)
    assert told(effects) == [Refusal.FACTOR_TOO_WEAK]
    assert not of_kind(effects, (KeepAuthenticator, SpendRecoveryCode))


def test_a_session_is_lifted_by_the_factor_alone_and_keeps_the_time_of_its_password():
    state, effects = go(AwaitingFactor(LIFTED, draw().challenge), "key")
    assert isinstance(state, SignedIn)
    (opening,) = of_kind(effects, OpenSession)
    assert (opening.lifting, opening.since, opening.level) == (LIFTED.lifting, LIFTED.since, RESISTANT)


def test_a_session_that_is_over_is_not_lifted():
    state = AwaitingFactor(replace(LIFTED, lifting=SessionId("gone")), draw().challenge)
    state, effects = go(state, "key")
    assert state == Failed(Refusal.SESSION_OVER)
    assert not of_kind(effects, OpenSession)


@pytest.mark.parametrize("names", [["passkey, no guess left"], ["password", "yes", "key, no guess left"]])
def test_a_right_key_while_throttled_is_not_even_looked_at(names):
    before, _ = go(begun(), *names[:-1])
    state, effects = go(before, names[-1])
    assert state == before
    assert told(effects) == [Refusal.TOO_MANY_FOR_ACCOUNT]
    assert not of_kind(effects, KeepAuthenticator)


@pytest.mark.parametrize("names", [["passkey"], ["password", "yes", "key"]])
def test_a_right_key_costs_no_guess(names):
    _, effects = go(begun(), *names)
    assert len(of_kind(effects, GiveBack)) == 1


def test_a_right_code_while_throttled_is_not_even_compared():
    state, effects = go(begun(), "password", "yes", "code, no guess left")
    assert isinstance(state, AwaitingFactor)
    assert told(effects) == [Refusal.TOO_MANY_FOR_ACCOUNT]


def test_a_code_of_any_of_several_applications_is_right_and_only_that_one_moves_on():
    other = holder(means=totp.Enrolled(totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), -1), name="Starý")
    event = replace(happened("code", begun()), held=(other, holder()))
    _, effects = flow.step(AwaitingFactor(BARE, DRAWN.challenge), event, NOON)
    assert [one.authenticator.name for one in of_kind(effects, KeepAuthenticator)] == ["Telefon"]
