"""Two entries of one name: what groups give to it is never given to somebody who came to it later, or to both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_alike import ALIKE, NO_GROUPS
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import Limit
from tests.rig.prepared import prepared
from tests.rig.replica import BEGAN, OFFICE, WholeReading, fill, group, identity, person

ANYTHING = Limit(share=1.0, least=0)
ELDER = person(1)
NAMESAKE = person(2, key=ELDER.key, dn="uid=p1,o=namesake")
CLERKS = group(1, ELDER)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(prepared(tmp_path / "brana.db"))
    yield opened
    opened.close()


@pytest.fixture
def replica(database: Database) -> StoredReplica:
    return StoredReplica(database)


@pytest.fixture
def reading(database: Database) -> WholeReading:
    return WholeReading(database)


async def groups(reading: WholeReading) -> dict[str, list[str]]:
    """Of each login."""
    everyone = await reading.everyone(OFFICE)
    return {one.person.logins[0]: [each.dn for each in one.groups] for one in everyone}


async def told(reading: WholeReading) -> dict[str, str]:
    return {one.dn: one.what for one in await reading.problems(OFFICE)}


def change(replica: StoredReplica, **changes: object) -> frozenset[str] | None:
    return replica.apply(OFFICE, Changes(**changes), "1", BEGAN, ANYTHING)  # type: ignore[arg-type]


async def test_a_newcomer_to_somebody_s_name_is_left_out_by_changes_and_by_a_full_read(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, [ELDER, person(3)], [CLERKS])
    change(replica, people=(NAMESAKE,))
    for _ in range(2):
        assert await groups(reading) == {"p1": [CLERKS.dn], "p3": []}
        assert await told(reading) == {NAMESAKE.dn: ALIKE}
        assert fill(replica, [NAMESAKE, ELDER, person(3)], [CLERKS]) is None


async def test_who_is_renamed_to_somebody_s_name_is_out_and_a_removal(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, [ELDER, person(2), person(3)], [CLERKS])
    assert identity(2) in (change(replica, people=(NAMESAKE,)) or ())
    assert await groups(reading) == {"p1": [CLERKS.dn], "p3": []}


async def test_people_who_exchange_their_names_or_follow_one_another_in_one_lose_nothing(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, [ELDER, person(2), person(3)], [CLERKS])
    change(replica, people=(person(2, key=ELDER.key), person(1, key=person(2).key)))
    assert await groups(reading) == {"p1": [], "p2": [CLERKS.dn], "p3": []}
    change(replica, people=(person(4, key=ELDER.key),), gone=frozenset({identity(2)}))
    assert await groups(reading) == {"p1": [], "p3": [], "p4": [CLERKS.dn]}
    assert await told(reading) == {}


@pytest.mark.parametrize("at_once", ["by_changes", "by_a_full_read"])
async def test_where_nobody_was_first_both_stay_without_what_groups_give_to_the_name(
    at_once: str, replica: StoredReplica, reading: WholeReading
):
    if at_once == "by_changes":
        fill(replica, [person(3)], [CLERKS])
        change(replica, people=(ELDER, NAMESAKE))
    else:
        fill(replica, [ELDER, NAMESAKE, person(3)], [CLERKS])
    for _ in range(2):
        assert await groups(reading) == {"p1": [], "p2": [], "p3": []}
        assert await told(reading) == {ELDER.dn: NO_GROUPS, NAMESAKE.dn: NO_GROUPS}
        fill(replica, [ELDER, NAMESAKE, person(3)], [CLERKS])
    touched = change(replica, gone=frozenset({NAMESAKE.identity}))
    assert touched is not None
    assert ELDER.identity in touched
    assert await groups(reading) == {"p1": [CLERKS.dn], "p3": []}


async def test_a_group_that_comes_to_another_s_name_gives_nothing_and_takes_nothing(
    replica: StoredReplica, reading: WholeReading
):
    look_alike = group(2, person(3), key=CLERKS.key, dn="cn=g1,o=namesake")
    fill(replica, [ELDER, person(3)], [CLERKS])
    change(replica, groups=(look_alike,))
    for _ in range(2):
        assert await groups(reading) == {"p1": [CLERKS.dn], "p3": []}
        assert await told(reading) == {look_alike.dn: ALIKE}
        fill(replica, [ELDER, person(3)], [look_alike, CLERKS])


async def test_of_two_groups_that_come_to_one_name_at_once_neither_gives_anything(
    replica: StoredReplica, reading: WholeReading
):
    fill(replica, [ELDER, person(3)], [CLERKS, group(2, person(3), key=CLERKS.key, dn="cn=g1,o=namesake")])
    assert await groups(reading) == {"p1": [], "p3": []}
    assert set((await told(reading)).values()) == {ALIKE}


async def test_a_group_named_as_a_person_is_does_not_get_what_the_person_is_in(
    replica: StoredReplica, reading: WholeReading
):
    same = group(2, person(3), key=ELDER.key, dn="uid=p1,o=namesake")
    fill(replica, [ELDER, person(3)], [CLERKS])
    change(replica, groups=(same,))
    for _ in range(2):
        assert await groups(reading) == {"p1": [CLERKS.dn], "p3": []}
        fill(replica, [ELDER, person(3)], [CLERKS, same])


async def test_a_person_named_as_a_group_is_has_nothing_of_what_the_group_is_in(
    replica: StoredReplica, reading: WholeReading
):
    above = group(2, CLERKS)
    same = person(2, key=CLERKS.key)
    fill(replica, [ELDER, person(3)], [CLERKS, above])
    change(replica, people=(same,))
    assert await groups(reading) == {"p1": [CLERKS.dn, above.dn], "p3": []}
    fill(replica, [ELDER, person(3), same], [CLERKS, above])
    assert await groups(reading) == {"p1": [CLERKS.dn, above.dn], "p2": [], "p3": []}
