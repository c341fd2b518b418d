"""Links with other providers' identities go with whom the directory has no more, and with nobody else."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.vocabulary import SubjectId
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.control_plane import ControlPlane
from gateway.commands.links_of_gone import end_links_of_gone
from gateway.commands.state import now, open_state
from gateway.storage.audit_evidence import rows
from gateway.storage.directory import StoredReplica
from idp.directory.subject import subject
from idp.login.upstream import Identity, Link
from tests.rig.installation import install
from tests.rig.replica import OFFICE, fill, identity, person

pytestmark = pytest.mark.real
STAYS, LEAVES = (subject(OFFICE, identity(number)) for number in (1, 2))
READ = timedelta(minutes=1)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run; two people are linked."""
    state = open_state(install(tmp_path).configuration)
    made = ControlPlane(state)
    read(made, now() - 2 * READ, 1, 2)
    try:
        for whose in (STAYS, LEAVES):
            await link(made, whose, now() - 2 * READ)
        yield made
    finally:
        await made.close()
        state.database.close()


def read(plane: ControlPlane, at: datetime, *there: int) -> None:
    assert fill(StoredReplica(plane.state.database), [person(one) for one in there], at=at) is None


async def link(plane: ControlPlane, whose: SubjectId, at: datetime) -> None:
    there = Identity(issuer="https://sso.kraj.test", subject=f"of-{whose}")
    made = Link(identity=there, provider="kraj", name="Jana", subject=whose, linked_at=at)
    await plane.state.identities.transact(lambda book: book.keep_link(made))


async def linked(plane: ControlPlane) -> set[SubjectId]:
    return {one.subject for one in await plane.state.identities.look(lambda book: book.links())}


def recorded(plane: ControlPlane) -> list[Entry]:
    found: list[Entry] = plane.state.database.read_now(
        lambda c: [parse(row.canonical).entry for row in rows(c)]
    )
    return [one for one in found if one.code is Code.UPSTREAM_UNLINKED]


async def test_who_left_the_directory_is_linked_no_more_and_it_is_recorded(plane: ControlPlane) -> None:
    await end_links_of_gone(plane, now())
    assert (await linked(plane), recorded(plane)) == ({STAYS, LEAVES}, [])
    read(plane, now(), 1)
    await end_links_of_gone(plane, now())
    assert await linked(plane) == {STAYS}
    (entry,) = recorded(plane)
    assert (entry.subject, entry.details["by"]) == (LEAVES, f"directory:{OFFICE}")
    assert entry.details["upstream_identity"] == f"of-{LEAVES}"


async def test_a_directory_that_has_confirmed_nothing_lately_takes_no_link(plane: ControlPlane) -> None:
    read(plane, now(), 1)
    await end_links_of_gone(plane, now() + plane.settings.facts.grace + READ)
    assert await linked(plane) == {STAYS, LEAVES}


async def test_who_was_linked_after_the_directory_was_read_stays_linked(plane: ControlPlane) -> None:
    read(plane, now() - READ, 1)
    await link(plane, LEAVES, now())
    await end_links_of_gone(plane, now())
    assert await linked(plane) == {STAYS, LEAVES}
