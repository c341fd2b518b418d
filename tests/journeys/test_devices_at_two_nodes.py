"""Two nodes on one PostgreSQL know of one device: what becomes of it at one holds at the other at once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.commands.sessions import tell
from gateway.commands.state import State, now
from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.devices.device import Device
from tests.journeys.test_two_nodes import AT_ONCE, status_at, until
from tests.rig.machines import OPERATOR, Machine, machine, office
from tests.rig.neighbours import Neighbour, listening
from tests.rig.postgres import Server
from tests.rig.two_nodes import Nodes, two_nodes
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
DEVICES = "\n[devices]\nenabled = true\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nodes(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> AsyncIterator[Nodes]:
    port = free_port()
    async with (
        listening(Neighbour(), port),
        two_nodes(tmp_path_factory.mktemp("f"), postgres, f"http://127.0.0.1:{port}", DEVICES) as made,
    ):
        await made.first.start()
        await made.second.start()
        yield made


async def at_work(nodes: Nodes, state: State, step: int) -> tuple[Machine, Visitor]:
    """A machine that the first node knows, and its browser at the second, which has let it in by a grant."""
    mine = await machine(nodes.first, state)
    await mine.report()
    here = nodes.first.visitor(tls=mine.tls(nodes.first.tls()))
    shown = await here.sign_in(nodes.first.account("novakova.jana"), nodes.first.application(MAP), step)
    assert shown.status == 200, shown.title
    there = nodes.second.same_visitor(here)
    for _ in range(2):
        assert await status_at(there, nodes.second) == 200
    return mine, there


async def test_a_device_that_is_blocked_at_one_node_opens_nothing_at_the_other_within_a_second(
    nodes: Nodes,
) -> None:
    with nodes.first.state() as state:
        mine, browser = await at_work(nodes, state, 0)
        blocked: Device = await office(state).block(mine.id, "Prověřuje se", OPERATOR, now())
        await tell(state, "")
        assert await until(browser, nodes.second, 403, AT_ONCE) < AT_ONCE
        await office(state).unblock(blocked.id, "V pořádku", OPERATOR, now())
        await tell(state, "")
        assert await until(browser, nodes.second, 200, AT_ONCE) < AT_ONCE


async def test_a_device_that_is_lost_takes_its_sessions_along_at_both(nodes: Nodes) -> None:
    with nodes.first.state() as state:
        mine, browser = await at_work(nodes, state, 1)
        await office(state).lose(mine.id, "", OPERATOR, now())
        await tell(state, "")
        assert await until(browser, nodes.second, 302, AT_ONCE) < AT_ONCE
