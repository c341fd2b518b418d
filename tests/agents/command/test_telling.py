"""Times as people read them, in the machine's own zone, and checks."""

import time
from datetime import UTC, datetime

import pytest

from agents.command.telling import checks, moment
from agents.protocol.facts import Fact, FactName
from agents.protocol.mending import UNKNOWN
from config.vocabulary import Language

WINTER = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 7, 5, tzinfo=UTC)


@pytest.fixture
def zone(monkeypatch):
    def here(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield here
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("name", "at", "czech", "english"),
    [
        ("Europe/Prague", WINTER, "28. 11. 2026 15:00 SEČ", "2026-11-28 15:00 CET"),
        ("Europe/Prague", SUMMER, "1. 7. 2026 9:05 SELČ", "2026-07-01 09:05 CEST"),
        ("UTC", WINTER, "28. 11. 2026 14:00 UTC", "2026-11-28 14:00 UTC"),
    ],
)
def test_a_time_is_the_machines_own_and_in_czech_as_the_portal_writes_it(zone, name, at, czech, english):
    zone(name)
    assert (moment(at, Language.CZECH), moment(at, Language.ENGLISH)) == (czech, english)


@pytest.mark.parametrize("tongue", list(Language))
def test_what_is_true_of_all_that_was_not_found_out_is_said_once(tongue):
    told = list(checks({FactName.FIREWALL: Fact(False, "nft: list ruleset")}, tongue))
    assert sum(one.startswith("?") for one in told) > 5
    assert [one for one in told if UNKNOWN[tongue] in one] == told[-1:]
