"""Whatever order changes came in, the replica is what a full read of the same directory would have made."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import DirectoryName
from gateway.storage.database import Database
from gateway.storage.directory import StoredReplica
from idp.directory.sync.record import Changes, GroupRecord, PersonRecord
from idp.directory.sync.replica import Limit
from tests.rig.prepared import prepared
from tests.rig.replica import BEGAN, WholeReading, fill, group, person

ANYTHING = Limit(share=1.0, least=0)
NUMBERS = st.integers(0, 5)
KEYS = st.sampled_from([*(f"uid=p{n},dc=test" for n in range(7)), *(f"cn=g{n},dc=test" for n in range(4))])
PEOPLE = st.builds(
    lambda number, key, login: person(number, key=f"uid=p{key},dc=test", logins=(login, f"x{number}")),
    NUMBERS, st.integers(0, 6), st.sampled_from("abc"),
)  # fmt: skip
GROUPS = st.builds(lambda number, members: group(number, *members), st.integers(0, 3), st.lists(KEYS))
CHANGES = st.builds(
    lambda people, groups, gone: Changes(
        people=tuple(people), groups=tuple(groups), gone=frozenset(person(n).identity for n in gone)
    ),
    st.lists(PEOPLE, max_size=3), st.lists(GROUPS, max_size=3), st.sets(NUMBERS, max_size=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("replica") / "brana.db"
    prepared(path)
    opened = Database(path)
    yield opened
    opened.close()


async def said(reading: WholeReading, of: DirectoryName) -> object:
    people = await reading.everyone(of)
    return people, [await reading.named(of, login) for login in "abc"], await reading.problems(of)


def distinct(people: dict[str, PersonRecord]) -> bool:
    return len({one.key for one in people.values()}) == len(people)


EXAMPLES = count()


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(CHANGES, max_size=6))
async def test_changes_one_after_another_come_to_what_a_full_read_says(
    database: Database, steps: list[Changes]
):
    replica, reading, number = StoredReplica(database), WholeReading(database), next(EXAMPLES)
    stepwise, whole = DirectoryName(f"stepwise-{number}"), DirectoryName(f"whole-{number}")
    people: dict[str, PersonRecord] = {}
    groups: dict[str, GroupRecord] = {}
    fill(replica, [], directory=stepwise)
    for changes in steps:
        after = {key: one for key, one in people.items() if key not in changes.gone}
        after |= {one.identity: one for one in changes.people}
        if not distinct(after):
            continue  # no directory has two entries of one name
        people = after
        groups |= {one.identity: one for one in changes.groups}
        replica.apply(stepwise, changes, "1", BEGAN, ANYTHING)
    fill(replica, people.values(), groups.values(), directory=whole)
    assert await said(reading, stepwise) == await said(reading, whole)
