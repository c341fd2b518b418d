"""One running centre for the files of this room that a process runs."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.centre import Centre, centre


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Centre]:
    async with centre(tmp_path_factory.mktemp("p")) as running:
        yield running
