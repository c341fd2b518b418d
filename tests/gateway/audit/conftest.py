from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.gateway.audit.making import Log, open_log

# how long an example takes says something of the machine's other work, and nothing of the code
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made
