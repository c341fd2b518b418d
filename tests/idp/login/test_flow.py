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
from idp.login import flow, flow_password
from idp.login.authenticator import Proof
from idp.login.drawn import draw
from idp.login.effects import (
    AskDirectory,
    ChangePassword,
    KeepAuthenticator,
    OpenSession,
    SpendEnrolmentCode,
    SpendRecoveryCode,
)
from idp.login.inputs import Counted, Happening, PasswordChanged
from idp.login.level import LEVELS, reaches, strongest
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
from tests.rig.people import JANA, JANA_ID, NOON
from tests.rig.sign_in_moves import (
    ALL_MOVES,
    MOVES,
    OWN,
    RIGHT,
    SECRET,
    TAKEN,
    begun,
    challenge_of,
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
WHOLE = (
    {"password", "code"}, {"password", "recovery"}, {"password", "key"}, {"excepted"}, {"passkey", "account"},
    {"password", "officer", "new code"}, {"password", "officer", "new key"}, {"another's passkey", "another's account"},
)  # fmt: skip
"""What suffices for a session; beyond it, whoever must change the password changes it."""
REACHED = {
    "code": TWO, "recovery": TWO, "new code": TWO, "key": RESISTANT, "new key": RESISTANT, "passkey": RESISTANT,
    "excepted": PASSWORD, "another's passkey": RESISTANT,
}  # fmt: skip

demands = st.sampled_from([None, *AuthenticationLevel])
STATES = (
    AwaitingPassword(DRAWN.challenge),
    CheckingPassword(JANA.login, TAKEN, NOON, begun()),
    CheckingPerson(JANA_ID, "Klíč", OWN.id, NOON, begun()),
    AwaitingFactor(BARE, DRAWN.challenge),
    AwaitingFactor(LIFTED, DRAWN.challenge),
    AwaitingOfficersCode(BARE),
    AwaitingEnrolment(BARE, Proof.OFFICERS_CODE, DRAWN.secret, DRAWN.challenge),
    AwaitingSaved(BARE, OWN.id),
    AwaitingNewPassword(replace(BARE, must_change=Refusal.PASSWORD_EXPIRED)),
    ChangingPassword(replace(BARE, must_change=Refusal.PASSWORD_EXPIRED), TAKEN, NOON, "c" * 22),
    SignedIn(JANA, TWO, ("pwd",)),
    Failed(Refusal.FACTOR_MISSING),
)
moves = st.sampled_from([*ALL_MOVES])


def for_every_pair(law):
    """Every state with every move: `law(state, name)`, one test for each state."""

    def whole(state):
        for name in ALL_MOVES:
            law(state, name)

    whole.__name__, whole.__doc__ = law.__name__, law.__doc__
    return pytest.mark.parametrize("state", STATES, ids=lambda state: type(state).__name__)(whole)


def evidence(before, name):
    """A key stands for both factors where no password was shown, and signs in whoever's it is."""
    if isinstance(before, AwaitingPassword) and name == "key of another":
        return "another's passkey"
    if isinstance(before, CheckingPerson) and name == "another person":
        return "another's account"
    proves = ALL_MOVES[name].proves
    if proves in {"key", "passkey"}:
        return "passkey" if isinstance(before, AwaitingPassword) else "key"
    return proves


@for_every_pair
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
        if type(state) is not type(before) and evidence(before, name):
            proven.add(evidence(before, name))
        if isinstance(state, AwaitingPassword):
            proven, must_change = set(), False
        elif isinstance(before, CheckingPassword):
            must_change = name in {"yes, but stale", "yes, must change"}
        elif isinstance(event, PasswordChanged) and isinstance(before, ChangingPassword):
            demanded = strongest(demanded, event.needed)
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


@for_every_pair
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


@for_every_pair
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


@for_every_pair
def test_a_challenge_is_never_asked_again_once_it_was_answered(state, name):
    """Law 6, for keys: whatever the answer was worth, the next one answers something else."""
    event = happened(name, state)
    following, effects = flow.step(state, event, NOON)
    refused = any(isinstance(one, events.KeyRefused) for one in recorded(effects))
    if refused:
        assert challenge_of(following) != challenge_of(state)
        assert challenge_of(following) == event.drawn.challenge


@for_every_pair
def test_events_that_hold_secrets_do_not_show_them(state, name):
    event = happened(name, state)
    _, effects = flow.step(state, event, NOON)
    shown = repr(event) + repr(recorded(effects))
    assert isinstance(event, Happening)
    for secret in (
        "tajné",
        "staré",
        "nové dlouhé tajemství",
        f"'{RIGHT}'",
        SECRET.base32,
        *event.drawn.codes,
    ):
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
