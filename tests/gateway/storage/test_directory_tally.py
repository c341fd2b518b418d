"""Many small removals are one great one: they are summed, whatever way each of them came."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from idp.directory.sync.record import Changes, EntryProblem, PersonRecord
from idp.directory.sync.replica import Count, Removal, TooManyGone
from tests.rig.replica import BEGAN, LIMIT, OFFICE, fill, group, person

TEN = [person(number) for number in range(10)]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def replica(database: Database) -> StoredReplica:
    return StoredReplica(database)


def gone(*people: PersonRecord) -> Changes:
    return Changes(gone=frozenset(one.identity for one in people))


def told(replica: StoredReplica, *pushes: Changes) -> None:
    since = replica.standing(OFFICE).position
    assert since is not None
    for each in pushes:
        replica.apply(OFFICE, each, since, BEGAN, LIMIT)


def asked(replica: StoredReplica, *, anew: bool) -> None:
    standing = replica.standing(OFFICE)
    assert standing.position is not None
    after = Changes(position=f"{standing.position}+")
    replica.apply(OFFICE, after, standing.position, BEGAN + MINUTE, LIMIT, anew=anew)


def people_of(replica: StoredReplica) -> int:
    generation = replica.standing(OFFICE).generation
    assert generation is not None
    return replica.size(generation).people


def unusable(people: Iterable[PersonRecord]) -> list[Changes]:
    return [Changes(problems=(EntryProblem(one.dn, "odd", one.identity),)) for one in people]


def test_people_who_go_one_by_one_are_counted_together(replica: StoredReplica):
    fill(replica, TEN)
    told(replica, *(gone(one) for one in TEN[:5]))
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        told(replica, gone(TEN[5]))
    assert people_of(replica) == 5


def test_people_who_become_unusable_one_by_one_are_counted_as_gone(replica: StoredReplica):
    fill(replica, TEN)
    told(replica, *unusable(TEN[:5]))
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        told(replica, *unusable(TEN[5:6]))
    assert people_of(replica) == 5


def test_groups_that_are_emptied_one_by_one_are_counted_by_what_they_held(replica: StoredReplica):
    fill(replica, TEN, [group(number, *TEN) for number in range(4)])
    told(replica, *(Changes(groups=(group(number),)) for number in range(2)))
    with pytest.raises(TooManyGone, match="30 of 40 memberships"):
        told(replica, Changes(groups=(group(2),)))


def test_groups_that_go_one_by_one_are_counted_together(replica: StoredReplica):
    groups = [group(number) for number in range(6)]
    fill(replica, TEN, groups)
    told(replica, *(Changes(gone_groups=frozenset({one.identity})) for one in groups[:5]))
    with pytest.raises(TooManyGone, match="6 of 6 groups"):
        told(replica, Changes(gone=frozenset({groups[5].identity})))


def test_who_comes_back_is_not_gone(replica: StoredReplica):
    fill(replica, TEN, [group(number, *TEN[:3]) for number in range(4)])
    for one in TEN:
        told(replica, gone(one), Changes(people=(one,)), *unusable([one]), Changes(people=(one,)))
    for number in range(4):
        told(replica, Changes(groups=(group(number),)), Changes(groups=(group(number, *TEN[:3]),)))
    assert people_of(replica) == 10


def test_who_was_not_known_when_the_count_began_is_not_missed(replica: StoredReplica):
    fill(replica, TEN)
    told(replica, gone(TEN[0]))
    for number in range(20, 30):
        told(replica, Changes(people=(person(number),), groups=(group(number, TEN[1]),)))
        told(replica, gone(person(number)), Changes(gone_groups=frozenset({group(number).identity})))
    told(replica, gone(*TEN[1:5]))
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        told(replica, gone(TEN[5]))


def test_who_gets_another_name_is_not_gone_and_nor_are_the_memberships(replica: StoredReplica):
    fill(replica, TEN, [group(1, *TEN)])
    renamed = [person(number, key=f"uid=new{number},dc=test") for number in range(10)]
    for number in range(10):
        members = group(1, *renamed[: number + 1], *TEN[number + 1 :])
        told(replica, Changes(people=(renamed[number],)), Changes(groups=(members,)))
    told(replica, gone(*renamed[:5]))
    assert people_of(replica) == 5


def test_a_question_is_judged_with_what_was_told_before_it(replica: StoredReplica):
    fill(replica, TEN)
    told(replica, gone(*TEN[:4]))
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        replica.apply(OFFICE, Changes(gone=gone(*TEN[4:6]).gone, position="2"), "1", BEGAN, LIMIT)
    assert people_of(replica) == 6


def test_the_count_begins_anew_with_a_question_that_says_so_and_with_no_other(replica: StoredReplica):
    fill(replica, TEN)
    told(replica, gone(*TEN[:5]))
    asked(replica, anew=False)
    with pytest.raises(TooManyGone, match="6 of 10 people"):
        told(replica, gone(TEN[5]))
    asked(replica, anew=True)
    told(replica, gone(TEN[5]))
    assert people_of(replica) == 4


def test_a_reading_of_everything_is_judged_by_what_was_known_before_the_pushes(
    replica: StoredReplica, database: Database
):
    fill(replica, TEN, [group(1, *TEN)])
    told(replica, gone(*TEN[:4]), *unusable(TEN[4:5]), Changes(people=(person(20), person(21))))
    after_restart = StoredReplica(database)
    held = fill(after_restart, [TEN[0], *TEN[7:], person(20)], [group(1, *TEN)])
    assert held is not None
    assert held.removal == Removal(Count(10, 6), Count(1, 0), Count(10, 0))
    assert people_of(replica) == 7
    assert replica.confirm(OFFICE, held, lambda _: None)
    told(replica, gone(TEN[0]))
    assert people_of(replica) == 4
