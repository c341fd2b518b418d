"""What another provider publishes is asked for by one for all, and a failure is not asked for again at once."""

import asyncio
from datetime import timedelta

import pytest

from idp.broker.kept import NOT_AGAIN_WITHIN, WAITING_MOST, Kept
from idp.broker.refused import UpstreamRefused
from idp.login.refusal import Refusal

HOUR = timedelta(hours=1)


class Published:
    """Answers when it is let, or fails."""

    def __init__(self) -> None:
        self.asked, self.now, self.fails = 0, 0.0, False
        self.let = asyncio.Event()
        self.kept = Kept(self.ask, lambda: self.now)

    async def ask(self) -> int:
        self.asked += 1
        await self.let.wait()
        if self.fails:
            raise UpstreamRefused(Refusal.UPSTREAM_UNREACHABLE)
        return self.asked


async def test_all_who_wait_have_it_asked_for_once_and_whoever_gives_up_takes_it_from_nobody() -> None:
    published = Published()
    waiting = [asyncio.create_task(published.kept.get(HOUR)) for _ in range(10)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    published.let.set()
    assert (await asyncio.gather(*waiting[1:]), published.asked) == ([1] * 9, 1)
    published.now = HOUR.total_seconds()
    assert await published.kept.get(HOUR) == 1
    published.now += 1
    assert await published.kept.get(HOUR) == 2


async def test_a_failure_is_told_to_all_and_for_a_few_seconds_to_who_comes_then() -> None:
    published = Published()
    published.fails = True
    waiting = [asyncio.create_task(published.kept.get(HOUR)) for _ in range(10)]
    await asyncio.sleep(0)
    published.let.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in told] == [UpstreamRefused] * 10
    published.now = NOT_AGAIN_WITHIN.total_seconds() - 0.1
    with pytest.raises(UpstreamRefused, match="a moment ago"):
        await published.kept.get(HOUR)
    assert published.asked == 1
    published.now, published.fails = NOT_AGAIN_WITHIN.total_seconds(), False
    assert await published.kept.get(HOUR) == 2


async def test_a_failure_takes_away_nothing_that_is_young_enough() -> None:
    published = Published()
    published.let.set()
    assert await published.kept.get(HOUR) == 1
    published.now, published.fails = 60.0, True
    with pytest.raises(UpstreamRefused):
        await published.kept.get(timedelta(seconds=30))
    assert await published.kept.get(HOUR) == 1


async def test_where_many_wait_already_nobody_more_does() -> None:
    published = Published()
    waiting = [asyncio.create_task(published.kept.get(HOUR)) for _ in range(WAITING_MOST)]
    await asyncio.sleep(0)
    with pytest.raises(UpstreamRefused, match="wait for it already"):
        await published.kept.get(HOUR)
    published.let.set()
    await asyncio.gather(*waiting)
    assert await published.kept.get(HOUR) == 1
