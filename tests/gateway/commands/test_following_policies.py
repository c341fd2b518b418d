"""A control plane takes what is published; from the moment it hears of others it decides nothing by its own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from config.fleet import NodeName
from config.vocabulary import Language
from gateway.audit.entry import Code
from gateway.commands.activations import keep_activations, take_policies
from gateway.commands.control_plane import ControlPlane
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.policy_offices import incidents_of, office_of
from gateway.commands.shared_policies import own_texts
from gateway.commands.state import now
from gateway.fleet.gatekeeper import NO_EPOCH
from gateway.policy_office.activation import Activation
from gateway.policy_office.asking import by_operator
from gateway.policy_office.proposal import State
from gateway.policy_office.scope import Scope
from gateway.storage.database import DatabaseUnusable
from gateway.storage.fleet_nodes import FleetNodes
from gateway.storage.shared_policies import SharedPolicies
from idp.directory.same_person import no_others
from policies.incidents import ClosureKind
from policies.model import Text
from tests.policies.world import HULIN
from tests.rig.nodes_at_rest import COMMENT, Node, nodes_at_rest

pytestmark = pytest.mark.real  # free ports are looked for
PATIENCE = 10.0  # seconds


@dataclass
class Follower:
    """The control plane of `a`, which does not run; `b` publishes."""

    a: Node
    b: Node
    plane: ControlPlane
    exchanged: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.following = FollowingPolicies(self.plane, self.a.name, self._exchange, self.ended.set)

    async def _exchange(self) -> None:
        self.exchanged += 1

    async def epoch(self) -> str:
        """What gates are told."""
        assert self.plane.board is not None
        known = await self.plane.board.news(NodeName("c"), "")
        assert known is not None
        return known.epoch

    def decides_by(self) -> str:
        deciding = self.a.state.database.read_now(lambda c: SharedPolicies(c).deciding())
        return deciding[self.a.name].version

    @contextlib.asynccontextmanager
    async def round(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.following.follow())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def settled(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.plane.settled.wait()


@pytest.fixture
async def follower(tmp_path: Path) -> AsyncIterator[Follower]:
    with nodes_at_rest(tmp_path) as (a, b):
        b.start()
        plane = ControlPlane(a.state)
        plane.revoked.announce()
        try:
            yield Follower(a, b, plane)
        finally:
            await plane.close()


async def test_until_it_has_looked_nothing_is_decided_and_who_missed_something_tells_no_gate_anything(
    follower: Follower,
) -> None:
    plane = follower.plane
    for missed in (True, False):
        follower.following.hear(missed=missed)
        assert (plane.settled.is_set(), plane.catching_up) == (False, missed)
        async with follower.round():
            await follower.settled()
        assert not plane.catching_up
    assert follower.exchanged == 0, "they are those in force"


async def test_what_another_has_published_is_taken_and_told_to_gates_and_whoever_looks_on(
    follower: Follower,
) -> None:
    before = await follower.epoch()
    follower.b.edit(HULIN)
    made = await follower.b.publish()
    assert made is not None
    for _ in range(2):  # the second time it is known already
        await follower.following.look()
        assert follower.plane.book.version == follower.decides_by() == made.version
        assert follower.plane.snapshot.policies is follower.plane.book
        assert follower.exchanged == 1
    assert await follower.epoch() == follower.plane.snapshot.epoch != before


async def test_what_cannot_be_loaded_ends_it_and_no_grant_lets_anybody_in_meanwhile(
    follower: Follower,
) -> None:
    before = follower.plane.book
    wrong = follower.b.put(own_texts(follower.b.state.settings) | {"region/10-sign-in.cedar": "permit ("})
    follower.following.hear(missed=False)
    async with follower.round(), asyncio.timeout(PATIENCE):
        await follower.ended.wait()
    assert await follower.epoch() == NO_EPOCH
    assert not follower.plane.settled.is_set()
    assert wrong.version in str(follower.following.trouble)
    (entry,) = follower.a.entries(Code.CONFIGURATION_REFUSED)
    assert entry.reason == "shared_policies_unusable"
    await follower.following.look()  # as a reload does that was under way
    assert (follower.plane.settled.is_set(), follower.plane.book) == (False, before)


async def test_a_row_that_is_gone_ends_it_too(follower: Follower) -> None:
    follower.a.state.database.write_soon(
        lambda connection: connection.exec_driver_sql("DELETE FROM fleet_policies")
    ).result()
    await follower.following.look()
    assert follower.ended.is_set()
    assert "deleted" in str(follower.following.trouble)


async def test_without_the_database_nobody_waits_and_what_was_missed_is_taken_when_it_is_back(
    follower: Follower,
) -> None:
    follower.b.edit(HULIN)
    made = await follower.b.publish()
    assert made is not None
    database, before = follower.a.state.database, follower.plane.book.version
    database.answers = lambda: False
    with pytest.raises(DatabaseUnusable):
        await follower.following.look()
    follower.following.hear(missed=True)
    async with follower.round():
        await follower.settled()
        assert (follower.plane.book.version, follower.plane.catching_up) == (before, True)
        database.answers = lambda: True
        async with asyncio.timeout(PATIENCE):
            while follower.plane.catching_up:
                await asyncio.sleep(0.01)
    assert follower.plane.book.version == made.version


async def test_what_is_closed_for_an_incident_is_closed_here_and_open_again_without_another_version_left(
    follower: Follower,
) -> None:
    before, epoch = follower.plane.book.version, await follower.epoch()
    incidents = incidents_of(follower.b.state, office_of(follower.b.state, no_others))
    reason: Text = {Language.CZECH: "Únik.", Language.ENGLISH: "A leak."}
    made = await incidents.close(by_operator("cli:root"), ClosureKind.SUPPLIERS, "", reason, now())
    for _ in range(2):
        await follower.following.look()
        assert follower.plane.book.version == follower.decides_by() != before
        assert follower.exchanged == 1
    assert await follower.epoch() != epoch
    loaded = follower.a.entries(Code.POLICIES_LOADED)
    assert loaded[-1].policy_version == follower.plane.book.version
    assert follower.b.start().version == follower.plane.book.version, "it stands after a start"
    known = follower.a.state.database.read_now(lambda c: FleetNodes(c).known(now()))
    assert known.policies == follower.plane.book.version, "and is what nodes are held against"
    await incidents.open_again(by_operator("cli:root"), made.id, "Hotovo.", now())
    await follower.following.look()
    assert (
        follower.plane.book.version == before == follower.a.entries(Code.POLICIES_LOADED)[-1].policy_version
    )
    assert await follower.epoch() == epoch


async def test_what_nobody_here_signed_ends_it_and_is_named(follower: Follower) -> None:
    forged = replace(
        follower.a.in_force(), texts={"region/10-sign-in.cedar": "permit (principal, action, resource);"}
    )
    follower.a.state.database.write_soon(lambda c: SharedPolicies(c).publish(forged.publication())).result()
    await follower.following.look()
    assert follower.ended.is_set()
    (entry,) = follower.a.entries(Code.CONFIGURATION_REFUSED)
    assert entry.reason == "policies_not_signed"


async def test_what_was_approved_for_a_time_decides_then_and_a_round_that_begins_later_catches_up(
    follower: Follower,
) -> None:
    plane, scope = follower.plane, Scope(HULIN)
    plane.policy_desk.take = partial(take_policies, plane, follower.following)
    office, author, approver = (
        plane.policy_desk.office(plane.state),
        by_operator("cli:a"),
        by_operator("cli:b"),
    )
    before, soon = plane.book.version, timedelta(milliseconds=50)
    for number in range(2):
        one = await office.begin(author, scope, now())
        text = one.texts[f"municipalities/{HULIN}.cedar"] + COMMENT
        one = await office.edit(
            author, one.id, one.revision, {f"municipalities/{HULIN}.cedar": text}, "Zkouška.", now()
        )
        one = await office.submit(author, one.id, one.revision, now())
        await Activation(office).approve(approver, one.id, one.digest, now() + soon, now())
        assert plane.book.version == before
        task = asyncio.create_task(keep_activations(plane))
        try:
            async with asyncio.timeout(PATIENCE):
                while follower.decides_by() == before:  # said last
                    await asyncio.sleep(0.01)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert (await office.proposal(author, one.id)).state is State.ACTIVE
        assert follower.decides_by() == plane.book.version != before, number
        before = plane.book.version
