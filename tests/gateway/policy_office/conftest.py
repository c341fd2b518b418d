from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.storage.database import Database
from gateway.storage.migrate import prepare
from tests.rig.policy_office import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    prepare(tmp_path / "brana.db")
    with closing(Database(tmp_path / "brana.db")) as database:
        yield World(database)
