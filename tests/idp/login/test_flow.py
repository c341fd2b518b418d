"""The laws of the sign-in machine, stated at the top of `idp/login/flow.py`."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import AuthenticationLevel, SessionId
from idp import events
from idp.directory.person import AccountState
from idp.events import Factor
from idp.login import flow, flow_password, totp
from idp.login.authenticator import Proof
from idp.login.drawn import draw
from idp.login.effects import (
    AskDirectory,
    ChangePassword,
    GiveBack,
    KeepAuthenticator,
    OpenSession,
    Record,
    RenewRecoveryCodes,
    SpendEnrolmentCode,
    SpendRecoveryCode,
    Tell,
)
from idp.login.inputs import Counted, DirectoryAnswered, Happening, Rejected
from idp.login.level import LEVELS, reaches
from idp.login.outcome import NOT_ACTIVE
from idp.login.refusal import TOLD, Refusal, Told
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingFactor,
    AwaitingNewPassword,
    AwaitingOfficersCode,
    AwaitingPassword,
    AwaitingSaved,
    ChangingPassword,
    CheckingPassword,
    CheckingPerson,
    Failed,
    SignedIn,
    Standing,
    State,
)
from idp.login.throttle import Taken
from tests.rig.people import JANA, JANA_ID, NOON, person
from tests.rig.sign_in_moves import (
    ALL_MOVES,
    ISSUED,
    MOVES,
    RIGHT,
    SECRET,
    STEP_NOW,
    TAKEN,
    challenge_of,
    happened,
    holder,
)

PASSWORD, TWO, RESISTANT = AuthenticationLevel
BARE = Standing(person=JANA)
DRAWN = draw()
LIFTED = Standing(person=JANA, demanded=RESISTANT, lifting=SessionId("live"), since=NOON - timedelta(hours=1))
WHOLE = (
    {"password", "code"}, {"password", "recovery"}, {"password", "key"}, {"excepted"}, {"passkey", "account"},
    {"password", "officer", "new code"}, {"password", "officer", "new key"},
)  # fmt: skip
"""What suffices for a session; beyond it, whoever must change the password changes it."""
REACHED = {
    "code": TWO, "recovery": TWO, "new code": TWO, "key": RESISTANT, "new key": RESISTANT, "passkey": RESISTANT,
    "excepted": PASSWORD,
}  # fmt: skip

demands = st.sampled_from([None, *AuthenticationLevel])
states = st.sampled_from(
    [
        AwaitingPassword(DRAWN.challenge),
        CheckingPassword(JANA.login, TAKEN),
        CheckingPerson(JANA_ID, "Klíč"),
        AwaitingFactor(BARE, DRAWN.challenge),
        AwaitingFactor(LIFTED, DRAWN.challenge),
        AwaitingOfficersCode(BARE),
        AwaitingEnrolment(BARE, Proof.OFFICERS_CODE, DRAWN.secret, DRAWN.challenge),
        AwaitingSaved(BARE),
        AwaitingNewPassword(replace(BARE, must_change=Refusal.PASSWORD_EXPIRED)),
        ChangingPassword(replace(BARE, must_change=Refusal.PASSWORD_EXPIRED), TAKEN),
        SignedIn(JANA, TWO, ("pwd",)),
        Failed(Refusal.FACTOR_MISSING),
    ]
)
moves = st.sampled_from([*ALL_MOVES])


def told(effects):
    return [effect.reason for effect in effects if isinstance(effect, Tell)]


def recorded(effects):
    return [effect.event for effect in effects if isinstance(effect, Record)]


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def go(state, *names):
    """The state after these moves, and the effects of the last one."""
    effects = ()
    for name in names:
        state, effects = flow.step(state, happened(name, state), NOON)
    return state, effects


def evidence(before, name):
    """A key stands for both factors where no password was shown."""
    proves = ALL_MOVES[name].proves
    if proves in {"key", "passkey"}:
        return "passkey" if isinstance(before, AwaitingPassword) else "key"
    return proves


def begun(demanded=None):
    return AwaitingPassword(draw().challenge, demanded)


@given(states, moves)
def test_every_pair_of_state_and_event_has_an_answer(state, name):
    following, effects = flow.step(state, happened(name, state), NOON)
    assert isinstance(following, State)
    assert isinstance(effects, tuple)
    if name not in MOVES.get(type(state), {}):
        same_kind = [kind for kind, named in MOVES.items() if name in named]
        if (type(state), type(happened(name, state))) not in flow._TRANSITIONS:
            assert (following, told(effects)) == (state, [Refusal.OUT_OF_TURN]), same_kind


@settings(max_examples=400)
@given(st.data(), demands, st.booleans())
def test_nobody_is_signed_in_without_what_is_demanded(data, demanded, lifting):
    """Laws 1, 2, 4 and 7: any walk, mostly of moves that mean something where it stands."""
    state = AwaitingFactor(LIFTED, draw().challenge) if lifting else begun(demanded)
    demanded = RESISTANT if lifting else demanded
    proven, must_change = ({"password"} if lifting else set()), False
    for _ in range(12):
        fitting = [*MOVES.get(type(state), {})]
        name = data.draw(st.sampled_from(fitting) if fitting and data.draw(st.integers(0, 9)) else moves)
        before = state
        event = happened(name, state)
        state, effects = flow.step(state, event, NOON)
        if type(state) is not type(before) and ALL_MOVES[name].proves:
            proven.add(evidence(before, name))
        if isinstance(state, AwaitingPassword):
            proven, must_change = set(), False
        elif isinstance(before, CheckingPassword):
            must_change = name in {"yes, but stale", "yes, must change"}
        opened = of_kind(effects, OpenSession)
        assert bool(opened) == (isinstance(state, SignedIn) and not isinstance(before, SignedIn))
        if opened:
            assert any(enough <= proven for enough in WHOLE), (name, proven)
            assert ("changed" in proven) is must_change
            assert state.person.state is AccountState.ACTIVE
            assert state.level is max(
                (REACHED[one] for one in proven & {*REACHED}), key=list(AuthenticationLevel).index
            )
            assert reaches(state.level, demanded)
            assert opened[0].level is state.level
            return


@given(states, moves)
def test_only_a_counted_guess_is_evaluated(state, name):
    """Law 3."""
    event = happened(name, state)
    following, effects = flow.step(state, event, NOON)
    if isinstance(event, Counted) and not isinstance(event.attempt, Taken):
        assert type(following) is type(state) or isinstance(following, Failed)
        told_no = (AskDirectory, ChangePassword, KeepAuthenticator, SpendEnrolmentCode, SpendRecoveryCode)
        assert not of_kind(effects, told_no)
    if of_kind(effects, (AskDirectory, ChangePassword)):
        assert isinstance(event.attempt, Taken)


@given(states, moves)
def test_a_factor_is_enrolled_for_nobody_who_has_one_and_none_is_replaced(state, name):
    """Law 5."""
    event = happened(name, state)
    _, effects = flow.step(state, event, NOON)
    enrolled = [one for one in recorded(effects) if isinstance(one, events.FactorEnrolled)]
    for kept in of_kind(effects, KeepAuthenticator):
        if enrolled:
            assert isinstance(state, AwaitingEnrolment)
            assert event.held == ()
            assert kept.authenticator.proven_by is Proof.OFFICERS_CODE
            assert kept.authenticator.id == event.drawn.authenticator
        else:
            before = holder() if kept.authenticator.factor is Factor.ONE_TIME_CODE else event.known
            assert kept.authenticator.id == before.id
            assert replace(kept.authenticator, means=before.means, last_used_at=None) == before


@given(states, moves)
def test_a_challenge_is_never_asked_again_once_it_was_answered(state, name):
    """Law 6, for keys: whatever the answer was worth, the next one answers something else."""
    event = happened(name, state)
    following, effects = flow.step(state, event, NOON)
    refused = any(isinstance(one, events.KeyRefused) for one in recorded(effects))
    if refused:
        assert challenge_of(following) != challenge_of(state)
        assert challenge_of(following) == event.drawn.challenge


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
    assert state == CheckingPerson(JANA_ID, "Klíč")
    assert not of_kind(effects, OpenSession)
    state, _ = go(state, "person")
    assert (state.level, state.methods) == (RESISTANT, ("pop", "user", "mfa"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("person, disabled", Refusal.ACCOUNT_DISABLED),
        ("nobody", Refusal.UNKNOWN_PERSON),
        ("another person", Refusal.UNKNOWN_PERSON),
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


def test_an_enrolment_takes_an_officers_code_and_ends_with_recovery_codes():
    state, effects = go(begun(), "password", "yes, bare")
    assert isinstance(state, AwaitingOfficersCode)
    state, effects = go(state, "officer's code")
    assert isinstance(state, AwaitingEnrolment)
    assert len(of_kind(effects, SpendEnrolmentCode)) == 1
    assert [one.issued_by for one in recorded(effects)] == [ISSUED.issued_by]
    state, effects = go(state, "first code")
    assert isinstance(state, AwaitingSaved)
    (renewed,) = of_kind(effects, RenewRecoveryCodes)
    assert len(set(renewed.codes)) == 10
    kinds = [type(one) for one in recorded(effects)]
    assert kinds == [events.FactorEnrolled, events.RecoveryCodesMade]
    again, effects = go(state, "again")
    assert again == state
    assert set(of_kind(effects, RenewRecoveryCodes)[0].codes).isdisjoint(renewed.codes)
    state, effects = go(state, "saved")
    assert isinstance(state, SignedIn)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("officer's code of another", Refusal.ENROLMENT_CODE_OF_ANOTHER),
        ("officer's code used", Refusal.ENROLMENT_CODE_USED),
        ("officer's code expired", Refusal.ENROLMENT_CODE_EXPIRED),
        ("no officer's code", Refusal.ENROLMENT_CODE_WRONG),
        ("officer's code, no guess left", Refusal.TOO_MANY_FOR_ACCOUNT),
    ],
)
def test_an_officers_code_that_is_not_for_this_person_now_opens_no_enrolment(name, reason):
    state, effects = go(begun(), "password", "yes, bare", name)
    assert isinstance(state, AwaitingOfficersCode)
    assert told(effects) == [reason]
    assert not of_kind(effects, SpendEnrolmentCode)


def test_a_factor_that_appeared_meanwhile_ends_the_enrolment():
    state, _ = go(begun(), "password", "yes, bare", "officer's code", "first code, enrolled meanwhile")
    assert state == Failed(Refusal.ALREADY_ENROLLED)


@pytest.mark.parametrize("name", ["yes, but stale", "yes, must change"])
def test_whoever_must_change_the_password_shows_the_factor_first_and_then_changes_it(name):
    state, effects = go(begun(), "password", name, "code")
    assert isinstance(state, AwaitingNewPassword)
    assert not of_kind(effects, OpenSession)
    state, effects = go(state, "new password")
    assert of_kind(effects, ChangePassword) == [ChangePassword(JANA_ID, "staré", "nové heslo")]
    back, effects = go(state, "not changed")
    assert isinstance(back, AwaitingNewPassword)
    assert told(effects) == [Refusal.NEW_PASSWORD_REFUSED]
    assert of_kind(effects, GiveBack)
    _, effects = go(state, "not changed, wrong")
    assert not of_kind(effects, GiveBack)
    done, effects = go(state, "changed")
    assert isinstance(done, SignedIn)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged]


@pytest.mark.parametrize("name", ["changed, disabled", "changed, no answer", "changed, still to be changed"])
def test_a_changed_password_opens_nothing_until_the_directory_says_yes(name):
    state, effects = go(begun(), "password", "yes, but stale", "code", "new password", name)
    assert isinstance(state, AwaitingPassword)
    assert not of_kind(effects, OpenSession)
    assert [type(one) for one in recorded(effects)] == [events.PasswordChanged, events.SignInFailed]


def test_an_exception_lets_in_by_password_alone_and_is_recorded_each_time():
    for _ in range(2):
        state, effects = go(begun(), "password", "yes, excepted")
        assert (state.level, state.methods) == (PASSWORD, ("pwd",))
        assert events.ExceptionUsed in [type(one) for one in recorded(effects)]


@pytest.mark.parametrize("name", ["yes, exception over", "yes, exception ended", "yes, another's exception"])
def test_an_exception_that_does_not_run_for_this_person_is_none(name):
    state, _ = go(begun(), "password", name)
    assert isinstance(state, AwaitingFactor)


def test_an_exception_does_not_reach_what_is_demanded():
    state, _ = go(begun(TWO), "password", "yes, excepted")
    assert isinstance(state, AwaitingFactor)


def test_a_level_that_no_factor_reaches_ends_the_sign_in():
    state, effects = go(begun(RESISTANT), "password", "yes, code only")
    assert state == Failed(Refusal.LEVEL_UNREACHABLE)
    assert [type(one) for one in recorded(effects)] == [events.PasswordAccepted, events.SignInFailed]


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


@pytest.mark.parametrize("account", [AccountState.DISABLED, AccountState.LOCKED, AccountState.EXPIRED])
def test_an_account_that_is_not_active_is_refused_though_its_password_is_right(account):
    answered = DirectoryAnswered(
        answer=person(state=account), attempt=TAKEN, held=frozenset(Factor), drawn=DRAWN
    )
    state, effects = flow.step(CheckingPassword(JANA.login, TAKEN), answered, NOON)
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [NOT_ACTIVE[account]]


def test_an_error_of_the_directory_is_never_a_yes():
    state, effects = go(begun(), "password", "no answer")
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [Refusal.DIRECTORY_UNREACHABLE]
    assert GiveBack(TAKEN) in effects


def test_the_directorys_reason_is_logged_and_not_shown():
    answered = DirectoryAnswered(
        answer=Rejected("account_locked"), attempt=TAKEN, held=frozenset(), drawn=DRAWN
    )
    _, effects = flow.step(CheckingPassword(JANA.login, TAKEN), answered, NOON)
    assert told(effects) == [Refusal.WRONG_CREDENTIALS]
    assert recorded(effects)[0].reason == "account_locked"


def test_a_right_code_while_throttled_is_not_even_compared():
    state, effects = go(begun(), "password", "yes", "code, no guess left")
    assert isinstance(state, AwaitingFactor)
    assert told(effects) == [Refusal.TOO_MANY_FOR_ACCOUNT]


def test_a_code_of_any_of_several_applications_is_right_and_only_that_one_moves_on():
    other = holder(means=totp.Enrolled(totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), -1), name="Starý")
    event = replace(happened("code", begun()), held=(other, holder()))
    _, effects = flow.step(AwaitingFactor(BARE, DRAWN.challenge), event, NOON)
    assert [one.authenticator.name for one in of_kind(effects, KeepAuthenticator)] == ["Telefon"]


@given(states, moves)
def test_events_that_hold_secrets_do_not_show_them(state, name):
    event = happened(name, state)
    _, effects = flow.step(state, event, NOON)
    shown = repr(event) + repr(recorded(effects))
    assert isinstance(event, Happening)
    for secret in ("tajné", "staré", "nové heslo", f"'{RIGHT}'", SECRET.base32, *event.drawn.codes):
        assert secret not in shown


def test_refusals_that_tell_accounts_apart_share_one_public_face():
    hidden = {
        Refusal.WRONG_CREDENTIALS,
        Refusal.UNKNOWN_PERSON,
        Refusal.ACCOUNT_DISABLED,
        Refusal.ACCOUNT_LOCKED,
        Refusal.ACCOUNT_EXPIRED,
    }
    assert {TOLD[refusal] for refusal in hidden} == {Told.NOT_RECOGNISED}
    keys = {
        refusal for refusal in Refusal if refusal.startswith("key_") and TOLD[refusal] is Told.KEY_REFUSED
    }
    assert {Refusal.KEY_UNKNOWN, Refusal.KEY_OF_ANOTHER, Refusal.KEY_SIGNATURE_WRONG} <= keys
    assert set(TOLD) == set(Refusal)
    assert set(TOLD.values()) == set(Told)


def test_the_table_at_the_top_names_every_transition():
    table = [line.split("|")[1:3] for line in flow.__doc__.splitlines() if line.startswith("| ")][2:]
    named = {(state.strip(), event.strip()) for state, event in table}
    for state, event in flow._TRANSITIONS:
        described = {
            (state.__name__, event.__name__),
            (state.__name__, "either"),
            (state.__name__, "any of these"),
        }
        assert named & described, (state, event)
    assert LEVELS.keys() == set(Factor)
    assert set(flow_password.TO_BE_CHANGED.values()) <= set(NOT_ACTIVE.values())
