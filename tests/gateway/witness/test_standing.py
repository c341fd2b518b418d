from datetime import timedelta

import pytest

from gateway.audit.cosignature import Cosignature
from gateway.audit.entry import Code
from gateway.witness.standing import (
    PATIENCE,
    Alarm,
    Answer,
    Away,
    Cosigned,
    Refused,
    Stand,
    Standing,
    Trouble,
    heard,
    worst,
)
from tests.gateway.audit.making import NOON

GOOD = Cosigned("log", 3, Cosignature("line\n", 5))
AWAY = Away(Trouble.UNREACHABLE, "no route")
MINUTE = timedelta(minutes=1)


def story(*answers: Answer, step: timedelta = PATIENCE) -> tuple[Stand, list[Code]]:
    """How it stands after these answers, `step` apart, and the codes that were recorded."""
    stand, codes = None, []
    for number, answer in enumerate(answers):
        stand, entries = heard("w", stand, answer, NOON + number * step)
        codes += [one.code for one in entries]
    assert stand is not None
    return stand, codes


def test_a_witness_that_is_away_for_long_is_told_once_and_so_is_its_return() -> None:
    assert story(AWAY)[1] == []
    assert story(AWAY, AWAY)[1] == [Code.WITNESS_UNREACHABLE]
    assert story(AWAY, AWAY, AWAY, AWAY, GOOD, GOOD)[1] == [Code.WITNESS_UNREACHABLE, Code.WITNESS_RECOVERED]


def test_a_witness_that_starts_anew_is_no_news() -> None:
    assert story(GOOD, AWAY, AWAY, GOOD, AWAY, step=MINUTE)[1] == []


@pytest.mark.parametrize("alarm", Alarm)
def test_a_refusal_is_told_at_once_and_once_for_each_reason(alarm: Alarm) -> None:
    refused = Refused(alarm, "log", 3, 7)
    stand, codes = story(GOOD, refused, refused, refused)
    assert (stand.standing, stand.reason, stand.size) == (Standing.REFUSING, alarm, 7)
    assert codes == [Code.WITNESS_REFUSED]
    other = next(one for one in Alarm if one is not alarm)
    assert story(refused, Refused(other, "log", 3, 7))[1] == [Code.WITNESS_REFUSED] * 2


def test_a_witness_that_is_away_takes_no_refusal_back() -> None:
    refused = Refused(Alarm.PUT_BACK, "log", 3, 7)
    stand, codes = story(refused, AWAY, AWAY, AWAY)
    assert (stand.standing, codes) == (Standing.REFUSING, [Code.WITNESS_REFUSED])
    assert story(refused, AWAY, GOOD)[1] == [Code.WITNESS_REFUSED, Code.WITNESS_RECOVERED]


def test_what_is_refused_of_one_tree_is_not_made_good_by_another() -> None:
    refused = Refused(Alarm.PUT_BACK, "log/2026-11", 3, 7)
    assert worst([GOOD, refused, AWAY]) is refused
    assert worst([GOOD, AWAY]) is AWAY
    assert worst([GOOD]) is GOOD


def test_what_is_recorded_says_who_why_and_how_many() -> None:
    _, (entry,) = heard("w", None, Refused(Alarm.PUT_BACK, "log", 3, 7), NOON)
    assert entry.reason == "witness_knows_more"
    assert entry.details == {"witness": "w", "origin": "log", "ours": 3, "theirs": 7}
    before = Stand(Standing.AWAY, NOON)
    _, (entry,) = heard("w", before, AWAY, NOON + PATIENCE)
    assert entry.details == {"witness": "w", "cause": "no route", "since": NOON.isoformat()}
