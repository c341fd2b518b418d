import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gateway.audit.attacking import UNSEALED, grow
from tests.gateway.audit.making import Log, entry, open_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


@pytest.fixture
def whole(log: Log) -> Log:
    """Twenty entries under four checkpoints, and three that are not sealed."""
    asyncio.run(grow(log))
    log.append([entry(number) for number in range(UNSEALED)])
    return log
