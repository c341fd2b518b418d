"""Each fault of a sign-in is the reason of its page; those that mean something to people have words of their own."""

import pytest

from gateway.sessions.sign_in import PROVIDER_SAID, Fault
from gateway.web.sign_in_failures import NOT_COMPLETED, WORDS, told


@pytest.mark.parametrize("fault", Fault)
def test_the_reason_that_is_told_is_the_fault_itself(fault: Fault) -> None:
    refusal, status = told(fault)
    words = WORDS.get(fault, NOT_COMPLETED)
    assert (refusal.reason, refusal.title, refusal.advice) == (fault, words.title, words.advice)
    assert status == words.status


def test_every_cause_with_words_of_its_own_is_one_that_a_sign_in_gives() -> None:
    assert set(WORDS) == set(PROVIDER_SAID.values())
