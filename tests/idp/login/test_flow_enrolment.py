"""Enrolling a first factor."""

import pytest

from idp import events
from idp.login.effects import (
    GiveBack,
    RenewRecoveryCodes,
    SpendEnrolmentCode,
)
from idp.login.refusal import Refusal
from idp.login.states import (
    AwaitingEnrolment,
    AwaitingOfficersCode,
    AwaitingSaved,
    Failed,
    SignedIn,
)
from tests.rig.sign_in_moves import (
    ISSUED,
    begun,
    go,
    of_kind,
    recorded,
    told,
)


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


@pytest.mark.parametrize("name", ["saved, factor removed", "again, factor removed"])
def test_a_factor_that_was_removed_meanwhile_opens_nothing_and_makes_no_codes(name):
    """Law 8."""
    state, effects = go(begun(), "password", "yes, bare", "officer's code", "first code", name)
    assert state == Failed(Refusal.FACTOR_MISSING)
    assert of_kind(effects, RenewRecoveryCodes) == []


def test_a_new_key_is_verified_only_where_a_guess_was_left_and_given_back_when_it_is_right():
    state, effects = go(begun(), "password", "yes, bare", "officer's code", "new key, no guess left")
    assert isinstance(state, AwaitingEnrolment)
    assert told(effects) == [Refusal.TOO_MANY_FOR_ACCOUNT]
    state, effects = go(begun(), "password", "yes, bare", "officer's code", "new key of an earlier challenge")
    assert of_kind(effects, GiveBack) == []
    state, effects = go(begun(), "password", "yes, bare", "officer's code", "new key")
    assert isinstance(state, AwaitingSaved)
    assert len(of_kind(effects, GiveBack)) == 1
