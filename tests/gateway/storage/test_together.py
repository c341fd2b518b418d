import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.storage.together import MOST, Together
from gateway.storage.unusable import DatabaseUnusable


class Desk:
    """Writes groups when it is told to; an odd item is refused, and with it the group."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.tried: list[list[int]] = []
        self.open = asyncio.Event()
        self.unusable = False

    async def write(self, items: Sequence[int]) -> None:
        await self.open.wait()
        self.tried.append(list(items))
        if self.unusable:
            raise DatabaseUnusable(Path("brana.db"), "the disk is full")
        if any(item % 2 for item in items):
            raise ValueError([item for item in items if item % 2])
        self.groups.append(list(items))


async def asked(together: Together[int], items: Sequence[int]) -> list[asyncio.Task[None]]:
    """One caller for each item, all waiting."""
    tasks = [asyncio.ensure_future(together(item)) for item in items]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_a_write_goes_into_the_next_in_order() -> None:
    desk = Desk()
    together = Together(desk.write)
    first = await asked(together, [0])
    rest = await asked(together, [2, 4, 6])
    desk.open.set()
    await asyncio.gather(*first, *rest)
    assert desk.groups == [[0], [2, 4, 6]]


async def test_nobody_returns_before_the_own_item_is_kept() -> None:
    desk = Desk()
    (caller,) = await asked(Together(desk.write), [0])
    await asyncio.sleep(0.01)
    assert not caller.done()
    desk.open.set()
    await caller
    assert desk.groups == [[0]]


async def test_one_items_fault_is_not_the_others() -> None:
    desk = Desk()
    desk.open.set()
    results = await asyncio.gather(*await asked(Together(desk.write), [0, 3, 2, 5]), return_exceptions=True)
    assert [type(result) for result in results] == [type(None), ValueError, type(None), ValueError]
    assert desk.groups == [[0], [2]]


async def test_an_unusable_file_fails_all_without_trying_each() -> None:
    desk = Desk()
    desk.unusable = True
    desk.open.set()
    results = await asyncio.gather(*await asked(Together(desk.write), [0, 2, 4]), return_exceptions=True)
    assert all(isinstance(result, DatabaseUnusable) for result in results)
    assert desk.tried == [[0, 2, 4]]


async def test_a_caller_that_gives_up_in_the_queue_is_not_written() -> None:
    desk = Desk()
    together = Together(desk.write)
    first = await asked(together, [0])
    second, third = await asked(together, [2, 4])
    second.cancel()
    desk.open.set()
    await asyncio.gather(*first, third)
    assert desk.groups == [[0], [4]]


async def test_a_caller_that_gives_up_during_the_write_harms_nobody() -> None:
    desk = Desk()
    gone, stays = await asked(Together(desk.write), [0, 2])
    gone.cancel()
    desk.open.set()
    await stays
    assert desk.groups == [[0, 2]]


async def test_a_group_is_bounded() -> None:
    desk = Desk()
    desk.open.set()
    items = list(range(0, 2 * MOST + 4, 2))
    await asyncio.gather(*await asked(Together(desk.write), items))
    assert [len(group) for group in desk.groups] == [MOST, 2]
    assert [item for group in desk.groups for item in group] == items


async def test_it_goes_on_after_a_pause_and_after_a_fault() -> None:
    desk = Desk()
    desk.open.set()
    together = Together(desk.write)
    with pytest.raises(ValueError, match="1"):
        await together(1)
    await together(2)
    await together(4)
    assert desk.groups == [[2], [4]]
