import threading
from collections.abc import Iterator

import pytest

from idp.directory.sync.ahead import DEPTH, ahead


def test_items_come_in_order_and_what_is_raised_comes_in_its_place():
    def items() -> Iterator[int]:
        yield from range(20)
        raise ConnectionError("half read")

    found: list[int] = []
    with pytest.raises(ConnectionError, match="half read"):
        found.extend(ahead(items()))
    assert found == list(range(20))
    assert list(ahead(iter(()))) == []


def test_little_is_fetched_before_it_is_wanted_and_nothing_after_the_end():
    fetched: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1_000):
            fetched.append(number)
            yield number

    reading = ahead(items())
    assert next(reading) == 0
    reading.close()
    assert len(fetched) <= DEPTH + 3
    assert not [one for one in threading.enumerate() if one.name == "ahead"]
