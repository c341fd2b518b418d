"""What is not proven is waited for, and not for ever."""

from datetime import timedelta

from gateway.audit.doubted import AGAIN, WAITED, Doubted
from tests.gateway.audit.making import NOON

SECOND = timedelta(seconds=1)


def test_what_is_proven_waits_for_nothing_and_is_not_told() -> None:
    doubted = Doubted()
    assert not doubted.waits(NOON, proven=True)
    assert not doubted.is_due(NOON)


def test_what_is_not_waits_half_a_minute_and_is_told_once_in_a_while() -> None:
    doubted = Doubted()
    assert doubted.waits(NOON, proven=False)
    assert doubted.waits(NOON + WAITED - SECOND, proven=False)
    last = NOON + WAITED
    assert not doubted.waits(last, proven=False)
    assert doubted.is_due(last)
    assert not doubted.waits(last + SECOND, proven=False), "what follows on damage does not wait again"
    assert not doubted.is_due(last + AGAIN - SECOND)
    assert doubted.is_due(last + AGAIN)


def test_once_it_is_proven_again_all_begins_anew() -> None:
    doubted = Doubted()
    doubted.waits(NOON, proven=False)
    doubted.waits(NOON + WAITED, proven=True)
    assert doubted.waits(NOON + WAITED, proven=False)
