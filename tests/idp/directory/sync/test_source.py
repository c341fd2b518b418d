from collections.abc import Iterator

import pytest

from idp.directory.entries import Entry, entry
from idp.directory.sync.source import MANY, PositionUnknown, few

PAGE = 500
SOMEBODY = entry("cn=x", {})


def pages(number: int, asked: list[int]) -> Iterator[tuple[list[Entry], list[str]]]:
    """`asked`: the entries of each page that was asked for."""
    for first in range(0, number, PAGE):
        page = [SOMEBODY] * min(PAGE, number - first)
        asked.append(len(page))
        yield page, []


def test_few_entries_come_whole():
    assert len(list(few(pages(MANY, [])))) == MANY


def test_of_many_no_more_is_asked_for_than_shows_that_they_are_many():
    asked: list[int] = []
    with pytest.raises(PositionUnknown, match=f"more than {MANY}"):
        list(few(pages(10 * MANY, asked)))
    assert MANY < sum(asked) <= MANY + PAGE
