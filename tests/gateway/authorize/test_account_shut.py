"""What is said of somebody whose account nobody signs in with."""

import pytest

from config.vocabulary import Language
from gateway.audit.reasons import REASONS
from gateway.authorize.account_shut import SHUT, shut
from idp.directory.person import AccountState
from idp.login.outcome import NOT_ACTIVE


def test_an_account_that_may_sign_in_is_not_shut() -> None:
    assert shut(AccountState.ACTIVE, "v") is None


@pytest.mark.parametrize("state", [one for one in AccountState if one is not AccountState.ACTIVE])
def test_every_other_one_is_with_the_reason_by_which_its_sign_in_is_refused(state: AccountState) -> None:
    found = shut(state, "v")
    assert found is not None
    assert found.reason == NOT_ACTIVE[state]
    assert REASONS.name(found.reason) is not None
    assert all(found.title[language] and found.advice[language] for language in Language)


def test_nothing_else_is_listed() -> None:
    assert set(SHUT) == set(AccountState) - {AccountState.ACTIVE}
