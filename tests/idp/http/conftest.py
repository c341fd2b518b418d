"""One slapd for the tests of this room; a fresh provider, with a fresh database, for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.rig.sign_in_world import LDIF, World, sign_in_world
from tests.rig.slapd import Directory, slapd


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("office"), LDIF) as directory:
        yield directory


@pytest.fixture
async def world(office: Directory) -> AsyncIterator[World]:
    async with sign_in_world(office) as made:
        yield made
