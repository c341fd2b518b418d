"""What nobody has approved is read beside all other work, one thing at a time for each person."""

import asyncio
import threading
from datetime import timedelta

import pytest

from gateway.policy_office.readings import Readings
from gateway.policy_office.refusal import ActRefused, Refusal

pytestmark = pytest.mark.asyncio


async def test_what_takes_too_long_is_told_so_and_nothing_else_of_that_person_is_read_until_it_ends() -> None:
    readings, goes_on = Readings(limit=timedelta(milliseconds=50)), threading.Event()
    with pytest.raises(ActRefused) as refused:
        await readings.in_thread("author", goes_on.wait)
    assert refused.value.reason is Refusal.TAKES_LONG
    with pytest.raises(ActRefused) as refused:
        await readings.in_thread("author", lambda: "never read")
    assert refused.value.reason is Refusal.TAKES_LONG
    assert await readings.in_thread("somebody else", lambda: "read") == "read"
    goes_on.set()
    assert await Readings(turns=readings.turns).in_thread("author", lambda: "read") == "read"


async def test_of_one_person_one_thing_is_read_at_a_time_and_of_all_two() -> None:
    readings, most, now = Readings(), 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        meeting.wait(0.05)
        with lock:
            now -= 1

    meeting = threading.Event()
    await asyncio.gather(*(readings.in_thread("author", work) for _ in range(3)))
    assert most == 1
    most = 0
    await asyncio.gather(*(readings.in_thread(f"author {number}", work) for number in range(6)))
    assert most == 2
    assert not readings.turns, "nobody is remembered who has nothing read"


async def test_what_has_to_be_done_is_waited_for_and_what_it_raises_is_raised() -> None:
    readings = Readings(limit=timedelta(milliseconds=20))

    async def work() -> str:
        await asyncio.sleep(0.05)
        return "done"

    assert await readings.of("author", work, limited=False) == "done"

    async def fails() -> str:
        raise ValueError("so")

    with pytest.raises(ValueError, match="so"):
        await readings.of("author", fails)
    assert await readings.in_thread("author", lambda: "read") == "read"
