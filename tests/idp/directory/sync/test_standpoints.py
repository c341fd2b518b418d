from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.sync.source import PositionUnknown
from idp.directory.sync.standpoints import MOST, SETTLED, Standpoints

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
A, B = "a", "b"


def test_a_server_is_asked_from_where_it_was_heard_last():
    known = Standpoints().heard(A, 10, NOON).heard(A, 15, NOON)
    assert known.number_of(A, "ldaps://a") == 15
    assert Standpoints.of(known.written()) == known


def test_nothing_is_known_of_a_server_that_was_never_heard_nor_by_words_of_another_version():
    for known in (Standpoints().heard(A, 10, NOON), Standpoints.of('{"server":"b","number":7}')):
        with pytest.raises(PositionUnknown, match="another server"):
            known.number_of(B, "ldaps://b")


@given(
    st.lists(
        st.tuples(st.sampled_from([A, B]), st.timedeltas(timedelta(seconds=1), timedelta(hours=2))),
        min_size=2,
    )
)
def test_what_a_server_told_within_the_last_while_before_another_is_told_again(
    heard: list[tuple[str, timedelta]],
):
    """Each counts one a second."""
    now, known, last = NOON, Standpoints(), dict[str, datetime]()
    for server, later in heard:
        now += later
        known = known.heard(server, int(now.timestamp()), now)
        last[server] = now
    latest = heard[-1][0]
    assert known.number_of(latest, latest) == int(now.timestamp())
    for server in last.keys() - {latest}:
        number = known.number_of(server, server)
        first = min(one for one in [*last.values()])
        assert number <= max(int((last[server] - SETTLED).timestamp()), number_when_first(heard, server)), (
            first
        )


def number_when_first(heard: list[tuple[str, timedelta]], server: str) -> int:
    now = NOON
    for name, later in heard:
        now += later
        if name == server:
            break
    return int(now.timestamp())


def test_a_clock_that_was_set_back_keeps_nothing_from_settling():
    known = Standpoints().heard(A, 10, NOON)
    for number, at in ((20, NOON - timedelta(days=9)), (30, NOON - timedelta(days=9) + SETTLED)):
        known = known.heard(A, number, at)
    assert known.heard(B, 1, NOON).number_of(A, A) == 20


def test_a_clock_that_was_set_back_makes_nothing_settle_sooner():
    known = Standpoints().heard(A, 10, NOON)
    for number, at in ((20, SETTLED), (25, SETTLED + timedelta(minutes=1)), (26, timedelta(hours=-1))):
        known = known.heard(A, number, NOON + at)
    assert known.heard(B, 1, NOON).number_of(A, A) == 10


def test_reading_everything_anew_begins_with_that_server_and_leaves_the_others():
    known = Standpoints().heard(A, 10, NOON).heard(B, 5, NOON).read_anew(A, 3, NOON)
    assert (known.number_of(A, A), known.number_of(B, B)) == (3, 5)


def test_of_very_many_servers_those_heard_last_are_known():
    known = Standpoints()
    for number in range(MOST + 3):
        known = known.heard(str(number), 1, NOON)
    assert [one.server for one in known.known] == [str(number) for number in range(MOST + 2, 2, -1)]
