"""Requests that a node answered and that never came: told of that node, and of no other."""

from dataclasses import replace
from datetime import timedelta

from gateway.alerts.gaps import LEAST, Gap, told
from gateway.alerts.node_gaps import Carried, NodeGaps
from tests.gateway.audit.making import NOON

MINUTE = timedelta(minutes=1)
WELL = Carried(answered=1_000, came=70, size=500)


def watching() -> NodeGaps:
    made = NodeGaps(5 * MINUTE)
    assert made.look({"a": WELL, "b": WELL}, NOON) == []
    return made


def busy(minutes: int) -> Carried:
    return Carried(answered=1_000 + 100 * minutes, came=70 + minutes, size=500 + 100 * minutes)


def test_a_node_of_which_nothing_comes_is_told_though_another_ones_requests_are_recorded() -> None:
    gaps, silent = watching(), replace(WELL, answered=1_000 + LEAST)
    found = []
    for minutes in range(1, 7):
        found += gaps.look(
            {"a": busy(minutes), "b": replace(silent, size=500 + 100 * minutes)}, NOON + minutes * MINUTE
        )
    assert gaps.unrecorded == {"a": 0, "b": LEAST}
    ((node, lack),) = found
    assert (node, lack.gap, lack.number, lack.since, lack.first) == (
        "b",
        Gap.SILENT,
        LEAST,
        NOON + MINUTE,
        500,
    )
    assert told(lack, NOON, node).details["node"] == "b"
    assert "node" not in told(lack, NOON).details


def test_a_node_that_asks_elsewhere_meanwhile_begins_anew() -> None:
    gaps, silent = watching(), replace(WELL, answered=2_000)
    assert gaps.look({"a": WELL, "b": silent}, NOON + MINUTE) == []
    assert gaps.look({"a": WELL}, NOON + 2 * MINUTE) == []
    assert [gaps.look({"b": silent}, NOON + minutes * MINUTE) for minutes in (7, 20)] == [[], []]


def test_nights_restarts_and_what_is_under_way_are_no_gaps() -> None:
    gaps = watching()
    for minutes, node in enumerate((WELL, replace(WELL, answered=3), replace(WELL, answered=2 + LEAST)), 1):
        assert gaps.look({"a": node}, NOON + 60 * minutes * MINUTE) == []


def test_what_came_in_the_end_is_no_gap_any_more() -> None:
    gaps, late = watching(), replace(WELL, answered=2_000)
    assert gaps.look({"b": late}, NOON + MINUTE) == []
    assert gaps.look({"b": replace(late, came=71, size=600)}, NOON + 5 * MINUTE) == []
    assert gaps.look({"b": replace(late, came=71, size=600)}, NOON + 50 * MINUTE) == []
