"""An entry that was prepared is written as it would have been without."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import Recorded, Unrecordable, canonical, settled
from gateway.audit.facts import facts
from gateway.audit.prepared import prepared, received_text
from tests.gateway.audit.making import NOON, entries, entry, recorded

DETAILS = {"path": "/a", "bytes_in": 3, "fresh": True, "roles": ["a"]}


def written(one: Recorded) -> tuple[tuple[object, ...], bytes]:
    ready = prepared(one.entry)
    own = (one.sequence, one.received_at, *ready.facts)
    assert ready.entry == settled(one.entry)
    return own[2:], ready.canonical(one.sequence, received_text(one.received_at))


@given(recorded | st.builds(Recorded, st.integers(0, 2**53), st.just(NOON), entries(st.text(max_size=6))))
def test_its_bytes_and_columns_are_those_of_the_entry(one: Recorded) -> None:
    own, data = written(one)
    assert data == canonical(one)
    assert own == facts(replace(one, entry=settled(one.entry)))[2:]


@pytest.mark.parametrize(
    "said",
    [
        {"details": DETAILS},
        {"details": DETAILS | {"path": '"received_at":"1970-01-01T00:00:00.000000Z"'}},
        {"details": {}, "person": '"received_at":"1970-01-01T00:00:00.000000Z"', "reason": '"sequence":0,'},
        {"details": {"received_at": "1970-01-01T00:00:00.000000Z", "sequence": 0}, "subject": "\x00"},
        {"details": DETAILS, "request_id": '"sequence":0,', "session": '"sequence":0,'},
        {"details": DETAILS | {"č": "ž"}, "person": "žluť", "rule": "a/b"},
        {"details": DETAILS | {"size": 1.5}},
        {"details": DETAILS, "at": datetime(1969, 12, 31, 23, 59, 59, 1, UTC)},
        {"details": DETAILS, "at": datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)},
    ],
)
def test_whatever_it_says_the_log_puts_number_and_time_in_their_places(said: dict[str, object]) -> None:
    one = Recorded(4711, NOON, entry(1, **said))
    assert written(one)[1] == canonical(one)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53)])
def test_what_json_would_not_carry_is_refused(value: float) -> None:
    with pytest.raises(Unrecordable):
        prepared(entry(1, details=DETAILS | {"bytes_in": value}))
    with pytest.raises(Unrecordable):
        prepared(entry(1, details=DETAILS, at=datetime(2026, 5, 4, 12, 0)))
