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
    return _grown(log)


@pytest.fixture
def in_file(tmp_path: Path) -> Iterator[Log]:
    """The same in a file, also where `log` is one of each database."""
    with open_log(tmp_path) as made:
        yield _grown(made)


def _grown(log: Log) -> Log:
    asyncio.run(grow(log))
    log.append([entry(number) for number in range(UNSEALED)])
    return log
