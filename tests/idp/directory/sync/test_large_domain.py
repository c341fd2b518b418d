"""A real domain with more people, members, changes and tombstones than one answer holds."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from idp.directory.sync.delta import DeltaSync, FullSyncNeeded
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import Count, Limit
from idp.directory.sync.source import MANY, PositionUnknown
from tests.rig.domain_follower import Follower, following
from tests.rig.large_domain import COUNT, MEMBERS, delete, fill, logins, name_all
from tests.rig.samba import Domain, samba
from tests.rig.samba_surgery import let_read_deleted
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
RENAMED, LEAVERS = range(1_200), range(1_600, 1_900)
PAGE = 100
WINDOW = timedelta(minutes=1)


@pytest.fixture(scope="module")
def empty(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    with samba(domain_tree, tmp_path_factory.mktemp("large")) as controller:
        let_read_deleted(controller.folder)
        yield controller


@pytest.fixture(scope="module")
def from_the_beginning(empty: Domain) -> Iterator[Follower]:
    """Who has heard of nobody yet."""
    made = following(empty, page_size=PAGE)
    fill(empty.folder)
    yield made
    made.line.close()


@pytest.fixture(scope="module")
def domain(empty: Domain, from_the_beginning: Follower) -> Domain:
    return empty


@pytest.fixture(scope="module")
def office(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    with synced(tmp_path_factory.mktemp("replica"), domain.settings(page_size=PAGE)) as made:
        assert made.full() is None
        yield made


@pytest.fixture
def follower(domain: Domain) -> Iterator[Follower]:
    made = following(domain, page_size=PAGE)
    yield made
    made.line.close()


async def in_the_large_group(office: Synced) -> set[str]:
    everybody = await office.reading.everyone(office.settings.name)
    return {
        one.person.logins[0]
        for one in everybody
        if any(group.dn.startswith("CN=velká,") for group in one.groups)
    }


def test_more_changes_than_are_quick_are_given_up_before_anybody_is_read(from_the_beginning: Follower):
    line = from_the_beginning.line
    line.searches = line.entries = 0
    with pytest.raises(PositionUnknown, match=f"more than {MANY} entries have changed"):
        from_the_beginning.changes()
    assert line.searches == 5  # of the seven all but those of people and of groups
    assert MANY < line.entries <= 3 + MANY + PAGE  # three are of the server itself


async def test_everybody_is_read_page_by_page_and_every_member_in_ranges(office: Synced):
    assert logins(range(COUNT)) <= await office.logins()
    assert await in_the_large_group(office) == logins(MEMBERS)


def test_when_nothing_changed_two_searches_say_so_however_many_there_are(follower: Follower):
    follower.line.searches = follower.line.entries = 0
    assert follower.changes() == Changes(position=follower.position)
    assert (follower.line.searches, follower.line.entries) == (2, 2)


async def test_twelve_hundred_changes_come_over_by_seven_searches(
    office: Synced, domain: Domain, follower: Follower
):
    name_all(domain.folder, RENAMED, "Jiné Jméno")
    follower.line.searches = 0
    assert {one.logins[0] for one in follower.changes().people} == logins(RENAMED)
    assert follower.line.searches == 7
    office.delta()
    everybody = await office.reading.everyone(office.settings.name)
    assert {one.person.logins[0] for one in everybody if one.person.name == "Jiné Jméno"} == logins(RENAMED)


@pytest.fixture(scope="module")
def cautious(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    """Who believes no more than that a tenth of the people have gone at once."""
    settings = domain.settings(page_size=PAGE, removal_share=0.1)
    with synced(tmp_path_factory.mktemp("cautious"), settings) as made:
        assert made.full() is None
        yield made


@pytest.fixture(scope="module")
def deleted(domain: Domain, office: Synced, cautious: Synced) -> Changes:
    """Three hundred people, as a follower is told of them."""
    follower = following(domain, page_size=PAGE)
    delete(domain.folder, LEAVERS)
    told = follower.changes()
    follower.line.close()
    return told


async def test_three_hundred_who_were_deleted_are_gone_by_their_tombstones(office: Synced, deleted: Changes):
    before = await office.logins()
    assert len(deleted.gone) == len(LEAVERS)
    office.delta()
    assert await office.logins() == before - logins(LEAVERS)
    assert await in_the_large_group(office) == logins(MEMBERS) - logins(LEAVERS)


async def test_a_mass_removal_is_held_until_somebody_confirms_it(cautious: Synced, deleted: Changes):
    settings, before = cautious.settings, await cautious.logins()
    delta = DeltaSync(settings, cautious.replica, cautious.source, cautious.pool, now, WINDOW)
    standing = cautious.replica.standing(settings.name)
    assert standing.position is not None
    answer = delta.ask(standing, standing.position, now())
    assert isinstance(answer, FullSyncNeeded)
    assert f"{len(deleted.gone)} of {len(before)} people" in answer.why
    held = cautious.full(Limit(settings.removal_share, settings.removal_least))
    assert held is not None
    assert held.removal.people == Count(known=len(before), missing=len(deleted.gone))
    assert await cautious.logins() == before
    assert cautious.replica.confirm(settings.name, held, lambda _: None)
    assert await cautious.logins() == before - logins(LEAVERS)
