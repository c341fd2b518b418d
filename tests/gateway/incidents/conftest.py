from collections.abc import Iterator

import pytest

from tests.rig.incidents import Incidents, incidents


@pytest.fixture
def desk() -> Iterator[Incidents]:
    with incidents() as made:
        yield made
