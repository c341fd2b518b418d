"""What is said of a node, by what was heard of it and when."""

from datetime import UTC, datetime, timedelta

import pytest

from config.fleet import NodeName, Role
from gateway.fleet.known_nodes import SILENT_AFTER, Heard, Hearing, KnownNode, NodeState, lacking

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
B = NodeName("b")
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("heard", "state"),
    [
        (None, NodeState.SILENT),
        (Heard(NOW - SILENT_AFTER - MOMENT, "0.1.0"), NodeState.SILENT),
        (Heard(NOW - SILENT_AFTER - MOMENT, "0.1.0", ("data_plane",)), NodeState.SILENT),
        (Heard(NOW - SILENT_AFTER, "0.1.0"), NodeState.IN_SERVICE),
        (Heard(NOW, "", ("data_plane",)), NodeState.NOT_READY),
    ],
)
def test_a_node_is_in_service_while_it_says_that_it_lacks_nothing(
    heard: Heard | None, state: NodeState
) -> None:
    assert KnownNode(name=B, role=Role.EDGE, joined_at=NOW, heard=heard).state(NOW) is state


def test_who_left_is_out_whatever_it_says_still() -> None:
    node = KnownNode(name=B, role=Role.EDGE, joined_at=NOW, left_at=NOW, heard=Heard(NOW, "0.1.0"))
    assert node.state(NOW) is NodeState.LEFT


def test_what_is_heard_is_taken_once_and_the_last_word_counts() -> None:
    hearing = Hearing()
    for release in ("0.1.0", "0.2.0"):
        hearing.note(B, Heard(NOW, release))
    assert hearing.take() == {B: Heard(NOW, "0.2.0")}
    assert hearing.take() == {}


def test_of_a_node_that_asks_here_no_more_no_requests_are_counted_here() -> None:
    hearing = Hearing()
    hearing.note(B, Heard(NOW, "0.1.0", answered=7, carried=5))
    hearing.take()
    assert hearing.answered(NOW + SILENT_AFTER) == {B: (7, 5)}
    hearing.note(B, Heard(NOW, "0.1.0"))  # of the version before, or its Envoy does not answer
    assert hearing.answered(NOW) == {}
    hearing.note(B, Heard(NOW, "0.1.0", answered=9))
    assert hearing.answered(NOW + SILENT_AFTER + timedelta(seconds=1)) == {}


def test_a_part_that_may_be_down_is_not_lacking() -> None:
    assert lacking({"a": False, "b": True, "c": False}, "c") == ("a",)
