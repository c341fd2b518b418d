from dataclasses import replace

from gateway.asks.ask import Kind, Signature, Stage
from gateway.asks.emergencies import Emergencies, emergencies
from gateway.asks.wish import party
from tests.gateway.asks.town import DAY, HOUR, MARTIN, NOW, ask

USE = ask(Kind.EMERGENCY)


def test_a_use_is_open_then_waits_for_its_review_and_is_overdue_at_last() -> None:
    assert emergencies([USE], NOW) == Emergencies(running=1)
    assert emergencies([USE], NOW + HOUR) == Emergencies(waiting=1)
    assert emergencies([USE], NOW + 2 * DAY) == Emergencies(waiting=1, overdue=1)


def test_a_use_that_was_ended_early_waits_for_its_review() -> None:
    assert emergencies([replace(USE, stage=Stage.WITHDRAWN)], NOW) == Emergencies(waiting=1)


def test_what_was_reviewed_and_what_is_no_emergency_is_not_told() -> None:
    reviewed = replace(USE, reviewed=Signature(party(MARTIN), NOW))
    assert emergencies([reviewed, ask(), ask(Kind.ORDER)], NOW + 2 * DAY) == Emergencies()
