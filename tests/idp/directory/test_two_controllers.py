"""A domain with two controllers: one may fail. They do not replicate here; what is asked is who serves whom."""

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
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.source import PositionUnknown
from tests.rig.domain_office import PASSWORD, dn
from tests.rig.office import reading
from tests.rig.samba import Domain, account, samba, twin

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def pair(domain_tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Domain, Domain]]:
    with samba(domain_tree, tmp_path_factory.mktemp("one")) as one:
        with one.as_administrator() as root:
            root.add(dn("jana"), **account("jana", PASSWORD, displayName="Jana"))
        with twin(one, tmp_path_factory.mktemp("two")) as two:
            yield one, two


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
        with two.as_administrator() as root:
            root.add(dn("petr"), **account("petr", PASSWORD, displayName="Petr"))
        assert [person.logins for person in (await changes(at_two)).people] == [("petr",)]
    finally:
        pool.close()
        one.start()
