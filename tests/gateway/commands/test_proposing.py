"""What an operator's files propose, and what waits already."""

import json
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.commands.proposing import Proposed, waiting
from gateway.policy_office.proposal import Proposal, ProposalId, State
from gateway.policy_office.scope import Scope
from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from policies.texts import Texts
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN, Place
from tests.rig.policy_office import CHANGED, FILE, FIRST, GUARDRAILS, HERE, MINUTE, NOON, World, reads


@pytest_asyncio.fixture
async def world(tmp_path):
    prepare(tmp_path / "brana.db")
    database = Database(tmp_path / "brana.db")
    yield World(database)
    database.close()


async def waits(world: World, own: Texts, scope: Scope = HERE) -> Proposal | None:
    return await world.office.store.look(lambda desk: waiting(desk, scope, own))


async def test_the_same_texts_wait_as_long_as_somebody_else_can_bring_them_into_force(world: World) -> None:
    draft = await world.edited(CHANGED)
    assert await waits(world, CHANGED) is None, "its author may forget a draft"
    one = await world.office.submit(world.author.asking, draft.id, draft.revision, NOON)
    assert await waits(world, CHANGED) == one
    assert await waits(world, {FILE: reads(world.stranger.municipality)}) is None
    assert await waits(world, {GUARDRAILS: "x"}, Scope("region")) is None
    returned = await world.office.send_back(world.mayor.asking, one.id, one.revision, "Ne.", NOON)
    assert await waits(world, CHANGED) is None
    assert returned.state is State.RETURNED


async def test_what_is_approved_for_a_time_waits_for_it(world: World) -> None:
    one = await world.approved(NOON + 60 * MINUTE)
    assert await waits(world, CHANGED) == one
    said = Proposed(HERE, one.id, already=one.state).said
    assert said == f"already proposed and approved for 588491, it waits for its time: {one.id}"


async def test_what_others_have_overtaken_does_not_wait(world: World) -> None:
    """Nobody can approve it, so that naming it would lead nowhere."""
    await world.submitted()
    world.publish(FIRST | {FILE: reads("588491", "other")})
    assert await waits(world, CHANGED) is None


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            Proposed(HERE, ProposalId("P"), already=State.SUBMITTED),
            "already proposed for 588491, it waits for approval by somebody else: P",
        ),
        (Proposed(HERE, ProposalId("P")), "proposed for 588491, to be approved by somebody else: P"),
    ],
)
def test_an_operator_reads_whether_it_is_new(made: Proposed, said: str) -> None:
    assert made.said == said


@pytest.mark.real  # free ports are looked for
def test_what_waits_already_is_named_and_not_proposed_once_more(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.proposing()
    place.add(HULIN, HARMLESS)
    first = json.loads(place.brana("apply", str(place.folder), "--json").stdout)["proposed"][0]
    assert first["already"] is False
    again = place.brana("apply", str(place.folder))
    told = f"already proposed for 588491, it waits for approval by somebody else: {first['proposal']}\n"
    assert (again.exit_code, again.output) == (0, told)
    assert json.loads(place.brana("apply", str(place.folder), "--json").stdout)["proposed"] == [
        first | {"already": True}
    ]
    assert len(place.noted()) == 1
    place.add(HULIN, "// others\n")
    other = json.loads(place.brana("apply", str(place.folder), "--json").stdout)["proposed"][0]
    assert (other["already"], other["proposal"] == first["proposal"]) == (False, False)
    assert len(place.noted()) == 2
