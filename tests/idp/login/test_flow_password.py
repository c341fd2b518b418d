"""From the password to what comes after it."""

from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel
from idp import events
from idp.directory.person import AccountState
from idp.login import flow
from idp.login.drawn import draw
from idp.login.effects import (
    GiveBack,
)
from idp.login.exception import ExceptionId, SignInException
from idp.login.inputs import DirectoryAnswered, Rejected
from idp.login.outcome import NOT_ACTIVE
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingFactor,
    AwaitingPassword,
    CheckingPassword,
    Failed,
    SignedIn,
)
from tests.rig.people import JANA, NOON, OPERATOR, person
from tests.rig.sign_in_moves import (
    TAKEN,
    begun,
    go,
    recorded,
    told,
)

PASSWORD, TWO, RESISTANT = AuthenticationLevel
DRAWN = draw()


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


@pytest.mark.parametrize(("reach", "comes_to"), [({RESISTANT}, AwaitingFactor), ({TWO}, Failed)])
def test_what_the_person_s_roles_need_counts_beside_what_is_demanded(reach, comes_to):
    answered = DirectoryAnswered(
        answer=person(), attempt=TAKEN, reach=frozenset(reach), needed=RESISTANT, drawn=DRAWN
    )
    state, _ = flow.step(CheckingPassword(JANA.login, TAKEN, NOON, begun(TWO)), answered, NOON)
    assert isinstance(state, comes_to)


def test_who_needs_two_factors_by_role_is_not_let_in_by_an_exception():
    exception = SignInException(
        id=ExceptionId("x" * 22), subject=JANA.subject, login=JANA.login, reason="r", granted_by=OPERATOR,
        begins_at=NOON, ends_at=NOON + timedelta(days=1),
    )  # fmt: skip
    for needed, comes_to in ((None, SignedIn), (TWO, AwaitingFactor)):
        answered = DirectoryAnswered(
            answer=JANA,
            attempt=TAKEN,
            reach=frozenset({TWO, RESISTANT}),
            exception=exception,
            needed=needed,
            drawn=DRAWN,
        )
        state, _ = flow.step(CheckingPassword(JANA.login, TAKEN, NOON, begun()), answered, NOON)
        assert isinstance(state, comes_to)


@pytest.mark.parametrize("account", [AccountState.DISABLED, AccountState.LOCKED, AccountState.EXPIRED])
def test_an_account_that_is_not_active_is_refused_though_its_password_is_right(account):
    answered = DirectoryAnswered(
        answer=person(state=account), attempt=TAKEN, reach=frozenset({TWO, RESISTANT}), drawn=DRAWN
    )
    state, effects = flow.step(CheckingPassword(JANA.login, TAKEN, NOON, begun()), answered, NOON)
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [NOT_ACTIVE[account]]


def test_an_error_of_the_directory_is_never_a_yes():
    state, effects = go(begun(), "password", "no answer")
    assert isinstance(state, AwaitingPassword)
    assert told(effects) == [Refusal.DIRECTORY_UNREACHABLE]
    assert GiveBack(TAKEN) in effects


def test_the_directorys_reason_is_logged_and_not_shown():
    answered = DirectoryAnswered(
        answer=Rejected("account_locked"), attempt=TAKEN, reach=frozenset(), drawn=DRAWN
    )
    _, effects = flow.step(CheckingPassword(JANA.login, TAKEN, NOON, begun()), answered, NOON)
    assert told(effects) == [Refusal.WRONG_CREDENTIALS]
    assert recorded(effects)[0].reason == "account_locked"
