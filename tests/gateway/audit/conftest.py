from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.audit.making import Log, open_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made
