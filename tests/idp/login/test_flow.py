"""The laws of the sign-in machine, stated at the top of `idp/login/flow.py`."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp import events
from idp.directory.person import AccountState
from idp.login import flow, totp
from idp.login.effects import AskDirectory, GiveBack, KeepFactor, OpenSession, Record, Tell
from idp.login.flow import (
    AwaitingCode,
    AwaitingEnrolment,
    AwaitingPassword,
    CheckingPassword,
    CodeEntered,
    DirectoryAnswered,
    Failed,
    PasswordEntered,
    Rejected,
    SignedIn,
    Unanswered,
    step,
)
from idp.login.refusal import TOLD, Refusal, Told
from idp.login.throttle import Exhausted, Scope, Taken
from tests.rig.people import JANA, JANA_ID, NOON, PETR, person

SECRET = totp.Secret("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
FRESH = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
TAKEN = Taken(NOON, ())
SPENT = Exhausted(Scope.ACCOUNT, NOON + timedelta(minutes=3))
CODE = totp.code_at(SECRET, NOON)
CHECKING = CheckingPassword("novakova.jana", TAKEN)

attempts = st.sampled_from([TAKEN, SPENT, Exhausted(Scope.ADDRESS, NOON)])
codes = st.sampled_from([CODE, totp.code_at(FRESH, NOON), "000000", "", "12345", "abcdef"]) | st.text(
    max_size=8
)
factors = st.sampled_from([
    None,
    totp.Enrolled(SECRET, -1),
    totp.Enrolled(SECRET, int(NOON.timestamp()) // 30 + 1),
    totp.Enrolled(FRESH, -1),
])  # fmt: skip
people = st.sampled_from([JANA, PETR, *(person(state=state) for state in AccountState)])
answers = people | st.sampled_from([Rejected(), Rejected("account_locked", JANA_ID), Unanswered()])
inputs = (
    st.builds(PasswordEntered, st.text(max_size=5), st.text(max_size=5), attempts | st.none())
    | st.builds(DirectoryAnswered, answers, attempts, st.booleans(), st.just(FRESH))
    | st.builds(CodeEntered, codes, attempts, factors)
)
states = st.sampled_from([
    AwaitingPassword(),
    CHECKING,
    AwaitingCode(JANA),
    AwaitingEnrolment(JANA, FRESH),
    SignedIn(JANA, flow.AuthenticationLevel.TWO_FACTORS, flow.METHODS),
    Failed(Refusal.FACTOR_MISSING),
])  # fmt: skip


def told(effects):
    return [effect.reason for effect in effects if isinstance(effect, Tell)]


def recorded(effects):
    return [effect.event for effect in effects if isinstance(effect, Record)]


@given(states, inputs)
def test_every_pair_of_state_and_event_has_an_answer(state, event):
    following, effects = step(state, event, NOON)
    assert isinstance(following, flow.State)
    assert isinstance(effects, tuple)


@given(st.lists(inputs, max_size=12))
def test_nobody_is_signed_in_without_the_directorys_yes_and_an_unused_right_code(happened):
    state, accepted, proven = AwaitingPassword(), None, False
    for event in happened:
        before = state
        state, effects = step(state, event, NOON)
        if isinstance(state, AwaitingCode | AwaitingEnrolment) and isinstance(before, CheckingPassword):
            assert isinstance(event, DirectoryAnswered)
            accepted = event.answer
        if isinstance(state, SignedIn) and not isinstance(before, SignedIn):
            secret = before.secret if isinstance(before, AwaitingEnrolment) else event.enrolled.secret
            last = -1 if isinstance(before, AwaitingEnrolment) else event.enrolled.counter
            proven = isinstance(totp.match(secret, event.code, NOON, last), totp.Accepted)
            assert isinstance(event.attempt, Taken)
        opened = [effect for effect in effects if isinstance(effect, OpenSession)]
        assert bool(opened) == (isinstance(state, SignedIn) and not isinstance(before, SignedIn))
    if isinstance(state, SignedIn):
        assert proven
        assert accepted == state.person
        assert accepted.state is AccountState.ACTIVE


@given(states, inputs)
def test_only_a_counted_guess_reaches_the_directory(state, event):
    _, effects = step(state, event, NOON)
    if any(isinstance(effect, AskDirectory) for effect in effects):
        assert isinstance(event, PasswordEntered)
        assert isinstance(event.attempt, Taken)


@given(states, inputs)
def test_a_factor_is_kept_only_with_a_counter_that_moves_on(state, event):
    _, effects = step(state, event, NOON)
    for effect in effects:
        if isinstance(effect, KeepFactor):
            before = event.enrolled
            assert before is None or (
                effect.factor.secret == before.secret and effect.factor.counter > before.counter
            )


def test_an_error_of_the_directory_is_never_a_yes():
    state, effects = step(CHECKING, DirectoryAnswered(Unanswered(), TAKEN, False, FRESH), NOON)
    assert state == AwaitingPassword()
    assert told(effects) == [Refusal.DIRECTORY_UNREACHABLE]
    assert GiveBack(TAKEN) in effects


@pytest.mark.parametrize("account", [state for state in AccountState if state is not AccountState.ACTIVE])
def test_an_account_that_is_not_active_is_refused_though_its_password_is_right(account):
    answered = DirectoryAnswered(person(state=account), TAKEN, True, FRESH)
    state, effects = step(CHECKING, answered, NOON)
    assert state == AwaitingPassword()
    assert told(effects) == [flow.NOT_ACTIVE[account]]


def test_the_directorys_reason_is_logged_and_not_shown():
    _, effects = step(CHECKING, DirectoryAnswered(Rejected("account_locked"), TAKEN, False, FRESH), NOON)
    assert told(effects) == [Refusal.WRONG_CREDENTIALS]
    assert recorded(effects)[0].reason == "account_locked"


def test_a_person_with_a_factor_is_never_offered_another():
    state, _ = step(CHECKING, DirectoryAnswered(JANA, TAKEN, True, FRESH), NOON)
    assert state == AwaitingCode(JANA)


def test_a_factor_that_appeared_meanwhile_ends_the_enrolment():
    event = CodeEntered(totp.code_at(FRESH, NOON), TAKEN, totp.Enrolled(SECRET, 1))
    state, effects = step(AwaitingEnrolment(JANA, FRESH), event, NOON)
    assert state == Failed(Refusal.ALREADY_ENROLLED)
    assert not any(isinstance(effect, KeepFactor | OpenSession) for effect in effects)


def test_a_factor_that_was_removed_meanwhile_ends_the_sign_in():
    state, _ = step(AwaitingCode(JANA), CodeEntered(CODE, TAKEN, None), NOON)
    assert state == Failed(Refusal.FACTOR_MISSING)


def test_the_first_code_enrols_and_signs_in():
    event = CodeEntered(totp.code_at(FRESH, NOON), TAKEN, None)
    state, effects = step(AwaitingEnrolment(JANA, FRESH), event, NOON)
    assert isinstance(state, SignedIn)
    kept = next(effect for effect in effects if isinstance(effect, KeepFactor))
    assert kept.factor == totp.Enrolled(FRESH, int(NOON.timestamp()) // 30)
    assert [type(event) for event in recorded(effects)] == [events.FactorEnrolled, events.CodeAccepted]


def test_a_right_code_while_throttled_is_not_even_compared():
    state, effects = step(AwaitingCode(JANA), CodeEntered(CODE, SPENT, totp.Enrolled(SECRET, -1)), NOON)
    assert state == AwaitingCode(JANA)
    assert told(effects) == [Refusal.TOO_MANY_FOR_ACCOUNT]


def test_events_that_hold_secrets_do_not_show_them():
    shown = repr(
        [PasswordEntered("a", "tajné heslo", TAKEN), CodeEntered("123456", TAKEN, totp.Enrolled(SECRET, 1))]
    )
    assert "tajné" not in shown
    assert "123456" not in shown
    assert SECRET.base32 not in shown


def test_refusals_that_tell_accounts_apart_share_one_public_face():
    hidden = {
        Refusal.WRONG_CREDENTIALS,
        Refusal.ACCOUNT_DISABLED,
        Refusal.ACCOUNT_LOCKED,
        Refusal.ACCOUNT_EXPIRED,
    }
    assert {TOLD[refusal] for refusal in hidden} == {Told.NOT_RECOGNISED}
    assert set(TOLD) == set(Refusal)
    assert set(TOLD.values()) == set(Told)
