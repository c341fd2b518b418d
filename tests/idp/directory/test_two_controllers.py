"""A domain with two controllers, of which one has joined the other's: one may fail, and each counts for itself.

They replicate when a test asks them to, so that it knows which of them has heard of what.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.vocabulary import SubjectId
from idp.directory.connection import Connection
from idp.directory.errors import DirectoryUnreachable
from idp.directory.pool import Pool
from idp.directory.reader import DirectoryReader
from idp.directory.sync.active_directory import ActiveDirectorySource
from idp.directory.sync.active_directory_form import ActiveDirectoryForm
from idp.directory.sync.record import Changes, PersonRecord, Position
from idp.directory.sync.source import PositionUnknown
from tests.rig.domain_follower import Follower, following
from tests.rig.domain_office import PASSWORD, dn
from tests.rig.office import reading
from tests.rig.samba import Domain, account, samba
from tests.rig.samba_pair import joined, replicate
from tests.rig.samba_surgery import let_read_deleted
from tests.rig.synced import synced

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def pair(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Domain, Domain]]:
    with samba(domain_tree, tmp_path_factory.mktemp("one"), replicates=True) as one:
        let_read_deleted(one.folder, below=False)
        newcomer(one, "jana")
        with joined(one, tmp_path_factory.mktemp("two")) as two:
            yield one, two


def newcomer(domain: Domain, login: str) -> None:
    with domain.as_administrator() as root:
        root.add(dn(login), **account(login, PASSWORD, displayName=login))


def delete(domain: Domain, login: str) -> None:
    with domain.as_administrator() as root:
        root.connection.delete_s(dn(login))


def everybody(follower: Follower) -> list[PersonRecord]:
    form = follower.source.form
    return [form.person(one) for entries, _ in form.pages(follower.line, form.people) for one in entries]


async def recovered(reader: DirectoryReader) -> SubjectId:
    """The first server rests for a moment after it failed."""
    for _ in range(100):
        with contextlib.suppress(DirectoryUnreachable):  # the second is away by now
            (person,) = await reader.named("jana")
            if person.mail == "jana@prvni.test":
                return person.subject
        await asyncio.sleep(0.05)
    raise AssertionError("the first server never got its work back")


async def test_another_controller_takes_over_and_hands_back(pair: tuple[Domain, Domain]):
    one, two = pair
    with one.as_administrator() as root:
        root.change(dn("jana"), mail="jana@prvni.test")
    with reading(one.settings(servers=[one.url, two.url], connections=1)) as reader:
        first = await reader.authenticate("jana", PASSWORD)
        one.stop()
        second = await reader.authenticate("jana", PASSWORD)
        assert (first.subject, first.mail, second.subject, second.mail) == (
            first.subject, "jana@prvni.test", first.subject, "",
        )  # fmt: skip
        one.start()
        two.stop()
        try:
            assert await recovered(reader) == first.subject
        finally:
            two.start()


async def test_numbers_of_one_controller_mean_nothing_to_the_other(pair: tuple[Domain, Domain]):
    one, two = pair
    settings = one.settings(servers=[one.url, two.url], connections=1)
    source, pool = (
        ActiveDirectorySource(ActiveDirectoryForm(settings), lambda: datetime.now(UTC)),
        Pool(settings),
    )

    def position(line: Connection) -> Position:
        return source.position(line)

    async def changes(since: Position) -> Changes:
        return await pool.run(lambda line: source.changes(line, since))

    try:
        at_one = await pool.run(position)
        one.stop()
        with pytest.raises(PositionUnknown, match="another server"):
            await changes(at_one)
        at_two = await pool.run(position)
        newcomer(two, "petr")
        assert [person.logins for person in (await changes(at_two)).people] == [("petr",)]
    finally:
        pool.close()
        one.start()


def test_what_was_changed_at_the_other_controller_is_told_once_it_was_replicated(pair: tuple[Domain, Domain]):
    one, two = pair
    follower, elsewhere = following(one), following(two)
    newcomer(two, "eva")
    (there,) = elsewhere.changes().people
    assert follower.changes().people == ()
    replicate(two, to=one)
    assert [person for person in follower.changes().people if person.logins == ("eva",)] == [there]
    for each in (follower, elsewhere):
        each.line.close()


async def test_whoever_was_deleted_at_the_other_controller_is_missed_by_listing_where_no_tombstone_can_be_read(
    pair: tuple[Domain, Domain], tmp_path: Path
):
    """It lost the rights that the person's entry had from its unit, and its number with them."""
    one, two = pair
    newcomer(two, "odesla")
    replicate(two, to=one)
    with synced(tmp_path / "replica", one.settings()) as office:
        office.full()
        follower = following(one)
        assert follower.source.manner(follower.position).advice == ""
        identity = (await office.known("odesla")).person.identity
        delete(two, "odesla")
        replicate(two, to=one)
        assert identity not in follower.changes().gone
        assert office.delta() == {identity}
        assert "odesla" not in await office.logins()
        assert "/I:T" in follower.source.manner(follower.position).advice
        follower.line.close()


def test_whoever_was_deleted_at_the_other_controller_is_gone_by_a_tombstone_that_may_be_read(
    pair: tuple[Domain, Domain],
):
    one, two = pair
    let_read_deleted(two.folder)
    newcomer(one, "odesel")
    replicate(one, to=two)
    follower = following(two)
    (person,) = (known for known in everybody(follower) if known.logins == ("odesel",))
    delete(one, "odesel")
    assert follower.changes().gone == frozenset()
    replicate(one, to=two)
    assert person.identity in follower.changes().gone
    follower.line.close()


def at_each(one: Domain, two: Domain) -> tuple[Follower, Follower]:
    """Two lines of somebody who meets now the one, now the other behind one name; all was read at each of them."""
    first, second = following(one), following(two)
    second.source = first.source
    second.position = first.source.position(second.line, first.position)
    return first, second


def test_controllers_behind_one_name_are_each_asked_from_where_they_stood(pair: tuple[Domain, Domain]):
    one, two = pair
    first, second = at_each(one, two)
    newcomer(one, "zprvni")
    newcomer(two, "zdruhe")
    position, told = second.position, []
    for _ in range(2):
        for follower in (first, second):
            follower.position = position
            told.append({person.logins[0] for person in follower.changes().people})
            position = follower.position
    assert told == [
        {"zprvni"},
        {"zdruhe"},
        {"zprvni"},
        {"zdruhe"},
    ]  # again, lest the other one had been behind
    for each in (first, second):
        each.line.close()


async def test_who_is_known_by_one_controller_is_not_lost_by_reading_everything_at_one_that_is_behind(
    pair: tuple[Domain, Domain], tmp_path: Path
):
    one, two = pair
    with (
        synced(tmp_path / "replica", one.settings()) as office,
        synced(tmp_path / "other", two.settings()) as other,
    ):
        office.full()
        newcomer(one, "znamy")
        office.delta()
        assert "znamy" in await office.logins()
        pool, office.pool = office.pool, other.pool
        office.full()
        assert "znamy" not in await office.logins()
        office.pool = pool
        office.delta()
        assert "znamy" in await office.logins()


async def test_a_replica_goes_on_at_the_other_controller_and_loses_nobody(
    pair: tuple[Domain, Domain], tmp_path: Path
):
    """The last change at the first was not replicated when it failed: the second tells it later, by its own numbers."""
    one, two = pair
    with synced(tmp_path / "replica", one.settings(servers=[one.url, two.url])) as office:
        office.full()
        newcomer(one, "pozdni")
        office.delta()
        known = await office.known("pozdni")
        one.stop()
        try:
            with pytest.raises(PositionUnknown, match="another server"):
                office.delta()
            office.full()
            assert "pozdni" not in await office.logins()
        finally:
            one.start()
        replicate(one, to=two)
        office.delta()
        assert (await office.known("pozdni")).person == known.person
