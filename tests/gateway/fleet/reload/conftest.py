"""Two whole nodes and an edge, whose files each test may edit."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig import fleet_policies
from tests.rig.fleet import Fleet
from tests.rig.fleet_editing import reloaded
from tests.rig.fleet_people import inhabited
from tests.rig.no_control_plane import listens
from tests.rig.postgres import Server


@pytest.fixture(scope="module")
def database(postgres: Server) -> str:
    return postgres.empty().name


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server, database: str
) -> AsyncIterator[Fleet]:
    folder = tmp_path_factory.mktemp("f")
    own = fleet_policies.of_its_own(folder)

    def configured(node: str, text: str) -> str:
        return f'{own(node, text)}\n[state.database]\nhosts = ["{postgres.folder}"]\nname = "{database}"\n'

    async with inhabited(folder, ["b", "c"], whole=["b"], configured=configured) as made:
        for node in ("a", "b"):
            await listens(made[node])
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def office(running: Fleet) -> AsyncIterator[Fleet]:
    """Each test begins and ends with the first configurations and policies."""
    first = {name: node.configuration.read_text("utf-8") for name, node in running.nodes.items()}
    yield running
    for name in ("a", "b"):
        await listens(running[name])
    fleet_policies.as_at_first(running["a"])
    for name, text in first.items():
        await reloaded(running[name], text)
