from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.reviews import Village, village


@pytest.fixture
def hulin(tmp_path: Path) -> Iterator[Village]:
    made = village(tmp_path)
    yield made
    made.database.close()
