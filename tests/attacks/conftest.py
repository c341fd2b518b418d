"""One running product for all attacks; each test forgets what the application that was taken over has seen."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from tests.rig.attacked import Ground, attacked


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("attacks")) as ground:
        yield ground


@pytest.fixture
def ground(standing: Ground) -> Ground:
    standing.taken_over.requests.clear()
    standing.taken_over.answer = lambda _: web.Response(text="hello")
    return standing
