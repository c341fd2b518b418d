"""A real tunnel of two laptops to a machine of the office that says back what it hears."""

from collections.abc import Iterator

import pytest

from gateway.tunnels.opening import Opened
from tests.rig.tunnels import ECHO, OTHER, SERVED, Ground, Laptop, answering, ground, now


@pytest.fixture(scope="module")
def there() -> Iterator[Ground]:
    with ground() as made, answering(made.office, SERVED, ECHO), answering(made.office, SERVED, OTHER):
        yield made


@pytest.fixture
def tunnel(there: Ground) -> Iterator[Opened]:
    opened = there.open()
    there.run(opened.tunnel.apply([one.admitted(ECHO) for one in there.laptops.values()], now()))
    try:
        yield opened
    finally:
        there.leave()


@pytest.fixture
def jana(there: Ground) -> Laptop:
    return there.laptops["jana"]


@pytest.fixture
def petr(there: Ground) -> Laptop:
    return there.laptops["petr"]
