"""What the control plane knows of people by its replica, and what news of everybody does to sign-ins under way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import RECOVERY_ADMINISTRATOR, Language, Role, SubjectId
from gateway.commands.control_plane import ControlPlane
from gateway.commands.directories import Directories
from gateway.commands.rounds import keep_facts
from gateway.commands.state import now, open_state
from gateway.storage.directory import StoredReplica
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.subject import subject
from idp.directory.sync.news import News
from idp.login.book import Flow
from idp.login.handle import HandleHash, new_flow_id
from idp.login.states import AwaitingFactor, Standing
from tests.rig.installation import install
from tests.rig.people import HULIN
from tests.rig.replica import OFFICE, fill, group, identity, person

pytestmark = pytest.mark.real
BASE = "ou=groups,dc=obec,dc=test"
ADMINISTRATORS = f"""
[[directories.roles]]
group = "cn=administrators,{BASE}"
role = "local_administrator"
municipality = "{HULIN}"
"""
CLERK, BOTH, GONE = (subject(OFFICE, identity(number)) for number in (1, 2, 3))


@dataclass
class Office:
    plane: ControlPlane
    replica: StoredReplica


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Of a control plane that does not run."""
    installation = install(tmp_path)
    text = installation.configuration.read_text("utf-8")
    first = text.index("[[applications]]")
    installation.configuration.write_text(text[:first] + ADMINISTRATORS + text[first:], "utf-8")
    state = open_state(installation.configuration)
    plane = ControlPlane(state)
    try:
        yield Office(plane, StoredReplica(state.database))
    finally:
        await plane.close()
        state.database.close()


def read(office: Office) -> None:
    """Everything, once: a clerk, and somebody who is clerk and administrator."""
    people = [person(1), person(2)]
    groups = [
        group(1, *people, dn=f"cn=clerk,ou={HULIN},{BASE}"),
        group(2, people[1], dn=f"cn=administrators,{BASE}"),
    ]
    assert fill(office.replica, people, groups, at=now()) is None


async def test_nothing_is_kept_before_everything_was_read_nor_of_nobody_of_a_directory(office: Office):
    assert await office.plane.kept(CLERK) is None
    read(office)
    assert await office.plane.kept(RECOVERY_ADMINISTRATOR) is None
    assert await office.plane.kept(SubjectId(f"jinde:{identity(1)}")) is None


async def test_somebody_is_kept_as_the_replica_says_by_our_rules(office: Office):
    read(office)
    confirmed_at = office.replica.standing(OFFICE).synced_at
    clerk, both, gone = [await office.plane.kept(one) for one in (CLERK, BOTH, GONE)]
    assert clerk is not None
    assert both is not None
    assert gone is not None
    assert {one.confirmed_at for one in (clerk, both, gone)} == {confirmed_at}
    assert (clerk.person.login, clerk.person.state) == ("p1", AccountState.ACTIVE)
    assert clerk.person.roles == (RoleHeld(HULIN, Role.CLERK),)
    assert both.person.state is AccountState.ROLES_MIXED
    assert gone.person is None


@pytest.mark.parametrize("confirmed", [True, False])
async def test_news_of_everybody_stop_sign_ins_whether_or_not_all_of_it_is_certain(
    office: Office, confirmed: bool
):
    read(office)
    clerk = (await office.plane.kept(CLERK)).person
    more = replace(clerk, roles=(*clerk.roles, RoleHeld(HULIN, Role.REGISTRAR)))
    stays, goes = [await begun(office, one) for one in (clerk, more)]
    directories = Directories(office.plane.state)  # not started: nothing to close
    directories.news.put(News(directory=OFFICE, at=now(), confirmed=confirmed, touched=None))
    task = asyncio.create_task(keep_facts(office.plane, directories))
    try:
        async with asyncio.timeout(20):
            while await left(office, stays, goes) != [stays.id]:
                await asyncio.sleep(0)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def begun(office: Office, somebody: Person) -> Flow:
    """A sign-in that stands at the code."""
    moment = now()
    flow = Flow(
        id=new_flow_id(), browser=HandleHash(b"b" * 32), asked="", address="192.0.2.7",
        state=AwaitingFactor(Standing(person=somebody, read_at=moment), b"c" * 32),
        locale=Language.CZECH, began_at=moment, expires_at=moment + timedelta(minutes=10),
    )  # fmt: skip
    await office.plane.state.identities.transact(lambda book: book.keep_flow(flow))
    return flow


async def left(office: Office, *flows: Flow) -> list[str]:
    return await office.plane.state.identities.look(
        lambda book: [one.id for one in flows if book.flow(one.id) is not None]
    )
