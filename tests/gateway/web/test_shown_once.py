from datetime import timedelta

from config.vocabulary import SessionId
from gateway.web.officer.shown_once import KEPT, ShownOnce
from tests.gateway.web.people import NOW

ONE, OTHER = SessionId("s-1"), SessionId("s-2")


def test_what_was_made_is_shown_once_to_the_session_that_made_it():
    made: ShownOnce[str] = ShownOnce()
    made.keep(ONE, "code", NOW)
    assert made.take(OTHER, NOW) is None
    assert made.take(ONE, NOW) == "code"
    assert made.take(ONE, NOW) is None


def test_what_nobody_came_for_is_forgotten():
    made: ShownOnce[str] = ShownOnce()
    made.keep(ONE, "code", NOW)
    assert made.take(ONE, NOW + KEPT) is None
    made.keep(ONE, "first", NOW)
    made.keep(ONE, "second", NOW + timedelta(seconds=1))
    assert made.take(ONE, NOW + KEPT) == "second"
