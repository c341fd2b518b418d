"""Which accounts have a number in common, in either database: by a reading, by changes, over several directories."""

import pytest

from config.vocabulary import DirectoryName, SubjectId
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from gateway.storage.directory_numbers import OfMany, StoredNumbers
from idp.directory.person_number import MOST_ACCOUNTS, NUMBERS
from idp.directory.subject import subject
from idp.directory.sync.record import Changes, PersonRecord
from idp.directory.sync.replica import Limit
from tests.rig.replica import BEGAN, OFFICE, fill, person

VILLAGE, ALONE = DirectoryName("obec"), DirectoryName("jina")
ANYTHING = Limit(share=1.0, least=0)


def numbered(number: int, *held: str) -> PersonRecord:
    return person(number, attributes={NUMBERS: held} if held else {})


def persons(directory: DirectoryName, *some: int) -> frozenset[SubjectId]:
    return frozenset(subject(directory, person(one).identity) for one in some)


@pytest.fixture
def numbers(database: Database) -> StoredNumbers:
    return StoredNumbers(database)


async def test_accounts_of_one_number_are_told_together_and_others_not_at_all(
    database: Database, numbers: StoredNumbers
) -> None:
    fill(StoredReplica(database), [numbered(1, "7"), numbered(2, "7"), numbered(3, "8"), numbered(4)])
    assert await numbers.shared([OFFICE]) == [persons(OFFICE, 1, 2)]


async def test_changes_link_and_part_accounts(database: Database, numbers: StoredNumbers) -> None:
    replica = StoredReplica(database)
    fill(replica, [numbered(1, "7"), numbered(2, "7"), numbered(3, "8")])
    since = replica.standing(OFFICE).position
    assert since is not None

    def apply(changes: Changes) -> None:
        replica.apply(OFFICE, changes, since, BEGAN, ANYTHING)

    apply(Changes(people=(numbered(3, "7", "9"),)))
    assert await numbers.shared([OFFICE]) == [persons(OFFICE, 1, 2, 3)]
    apply(Changes(people=(numbered(1),), gone=frozenset({person(2).identity})))
    assert await numbers.shared([OFFICE]) == []
    apply(Changes(people=(numbered(4, "9"),)))
    assert await numbers.shared([OFFICE]) == [persons(OFFICE, 3, 4)]


async def test_a_reading_takes_the_place_of_what_was_known_before(
    database: Database, numbers: StoredNumbers
) -> None:
    replica = StoredReplica(database)
    fill(replica, [numbered(1, "7"), numbered(2, "7")])
    fill(replica, [numbered(1, "7"), numbered(2)])
    assert await numbers.shared([OFFICE]) == []
    replica.sweep()
    left = database.read_now(
        lambda c: c.exec_driver_sql("SELECT count(*) FROM directory_number").scalar_one()
    )
    assert left == 1


async def test_directories_of_one_series_share_their_numbers_and_no_others_do(
    database: Database, numbers: StoredNumbers
) -> None:
    replica = StoredReplica(database)
    for name in (OFFICE, VILLAGE, ALONE):
        fill(replica, [numbered(1, "7")], directory=name)
    assert await numbers.shared([OFFICE, VILLAGE]) == [persons(OFFICE, 1) | persons(VILLAGE, 1)]
    assert await numbers.shared([ALONE]) == []


async def test_a_number_that_too_many_accounts_of_a_directory_have_links_nobody_and_is_told(
    database: Database, numbers: StoredNumbers
) -> None:
    many = MOST_ACCOUNTS + 1
    everybody = [numbered(one, "ext", "7") for one in range(1, many)] + [numbered(many, "ext")]
    fill(StoredReplica(database), everybody)
    (same,) = await numbers.shared([OFFICE])
    assert len(same) == MOST_ACCOUNTS, "as many as one person may have"
    assert await numbers.of_many([OFFICE]) == [OfMany(OFFICE, "ext", many)]
    assert await numbers.of_many([ALONE]) == []
