"""What of the log is kept, by commands."""

import json

import pytest

from tests.gateway.commands.logs import by_hand, entries
from tests.rig.installation import Installation

pytestmark = pytest.mark.real


def test_a_hold_is_placed_seen_and_lifted_and_each_is_recorded(kept: Installation) -> None:
    done = kept.brana("audit", "hold", "--since", "2026-11-01", "--reason", "šetření č. j. 5/2026")
    assert (done.returncode, "hold 1: what was received from " in done.stdout) == (0, True), done.stderr
    [held] = json.loads(kept.brana("audit", "holds", "--json").stdout)
    assert (held["hold"], held["since"], held["until"]) == (1, "2026-10-31T23:00:00+00:00", None)
    assert (held["why"], held["by"].startswith("cli:")) == ("šetření č. j. 5/2026", True)
    assert kept.brana("audit", "release", "1", "--reason", "šetření už skončilo").returncode == 0
    again = kept.brana("audit", "release", "1", "--reason", "šetření už skončilo")
    assert (again.returncode, "there is no hold 1 that stands" in again.stderr) == (1, True)
    assert json.loads(kept.brana("audit", "holds", "--json").stdout) == []
    told = entries(kept, "--code", "audit.hold_placed", "--code", "audit.hold_lifted")
    assert [one["entry"]["details"]["why"] for one in told] == ["šetření už skončilo", "šetření č. j. 5/2026"]


def test_months_are_listed_with_when_they_go(kept: Installation) -> None:
    [now_open] = json.loads(kept.brana("audit", "shards", "--json").stdout)
    assert (now_open["state"], now_open["month"], now_open["first"]) == ("open", "", 0)
    assert now_open["held_by"] == []
    by_hand(kept, "UPDATE audit_tail SET until = 1")  # as on the first of a month
    assert kept.brana("audit", "search").returncode == 0
    assert (
        kept.brana("audit", "hold", "--since", "2020-01-01", "--reason", "kvůli šetření úřadu").returncode
        == 0
    )
    closed, now_open = json.loads(kept.brana("audit", "shards", "--json").stdout)
    assert (closed["state"], closed["held_by"], now_open["first"]) == ("kept", [1], closed["entries"])
    assert now_open["held_by"] == [1]
    assert "open" in kept.brana("audit", "shards").stdout
    assert kept.brana("audit", "verify").returncode == 0
    gone = "UPDATE audit_shard SET dropped_by = 5"
    by_hand(kept, gone)
    done = kept.brana("audit", "search", "--until", "2100-01-01")
    assert "was deleted after its time" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("hold", "--since", "2026-11-02", "--until", "2026-11-01", "--reason", "kvůli šetření úřadu"),
        ("hold", "--since", "2026-11-02", "--reason", " "),
        ("hold", "--since", "2026-11-02", "--reason", "kvůli šetření ."),
        ("release", "1", "--reason", "šetření skončilo"),
        ("release", "1"),
    ],
)
def test_what_makes_no_sense_is_refused(kept: Installation, words: tuple[str, ...]) -> None:
    assert kept.brana("audit", *words).returncode == 2
