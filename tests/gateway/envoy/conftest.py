"""One running data plane per test file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.envoy import Plane, data_plane


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("e")) as running:
        yield running
