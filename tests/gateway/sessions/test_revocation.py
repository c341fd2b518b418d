from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.sessions.revocation import RevokedList

FIVE = timedelta(minutes=5)
NOW = datetime.fromisoformat("2026-03-02T08:30:00+00:00")


def test_every_addition_announces_the_whole_list(now: datetime) -> None:
    told: list[frozenset[str]] = []
    revoked = RevokedList(told.append)
    revoked.add(["a.1"], now + FIVE)
    revoked.add(["b.1", "b.2"], now + FIVE)
    assert told == [frozenset({"a.1"}), frozenset({"a.1", "b.1", "b.2"})]
    assert "a.1" in revoked
    assert "a.2" not in revoked
    assert len(revoked) == 3


def test_nothing_new_is_not_announced(now: datetime) -> None:
    told: list[frozenset[str]] = []
    RevokedList(told.append).add([], now)
    assert told == []


def test_what_no_living_grant_can_carry_is_forgotten(now: datetime) -> None:
    told: list[frozenset[str]] = []
    revoked = RevokedList(told.append)
    revoked.add(["a.1"], now + FIVE)
    revoked.add(["b.1"], now + 2 * FIVE)
    revoked.sweep(now + FIVE - timedelta(microseconds=1))
    assert len(revoked) == 2
    revoked.sweep(now + FIVE)
    assert "a.1" not in revoked
    assert "b.1" in revoked
    assert len(told) == 2


def test_what_the_table_says_is_announced_and_takes_nothing_back(now: datetime) -> None:
    told: list[frozenset[str]] = []
    revoked = RevokedList(told.append)
    revoked.add(["added.1"], now + 2 * FIVE)  # while the table was being read
    revoked.replace({"table.1": now + FIVE, "added.1": now + FIVE})
    assert told[-1] == frozenset({"added.1", "table.1"})
    revoked.sweep(now + FIVE)
    assert "added.1" in revoked
    assert "table.1" not in revoked


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 9)), min_size=1))
def test_a_revocation_never_becomes_shorter(additions: list[tuple[str, int]]) -> None:
    revoked = RevokedList(lambda _: None)
    for name, minutes in additions:
        revoked.add([name], NOW + timedelta(minutes=minutes))
    longest: dict[str, int] = {}
    for name, minutes in additions:
        longest[name] = max(minutes, longest.get(name, 0))
    for name, minutes in sorted(longest.items(), key=lambda pair: pair[1]):
        revoked.sweep(NOW + timedelta(minutes=minutes, seconds=-1))
        assert name in revoked
