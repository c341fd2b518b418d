"""Reports that change nothing wait a moment for each other; each is answered in its place, a fault is told to all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from config.vocabulary import DeviceId
from gateway.devices.device import Device
from gateway.storage.heard_together import HeardTogether
from tests.gateway.devices.test_reporting import DEVICE

SHORT = 0.01  # seconds


def device(number: int) -> Device:
    return replace(DEVICE, id=DeviceId(f"{number:022}"), sequence=number)


class Kept:
    def __init__(self, fault: Exception | None = None) -> None:
        self.groups: list[list[int]] = []
        self._fault = fault

    async def keep(self, devices: Sequence[Device]) -> Sequence[Device | None]:
        self.groups.append([one.sequence for one in devices])
        if self._fault is not None:
            raise self._fault
        return [one if one.sequence % 2 else None for one in devices]


async def test_those_that_come_within_a_moment_are_kept_together_and_each_is_answered_in_its_place():
    together, kept = HeardTogether(SHORT), Kept()
    answers = await asyncio.gather(*(together.keep(device(one), kept.keep) for one in range(4)))
    assert answers == [None, device(1), None, device(3)]
    assert await together.keep(device(5), kept.keep) == device(5)
    assert kept.groups == [[0, 1, 2, 3], [5]]


async def test_a_group_has_a_bound_and_none_waits_for_the_one_before():
    together, kept = HeardTogether(SHORT, most=2), Kept()
    await asyncio.gather(*(together.keep(device(one), kept.keep) for one in range(5)))
    assert kept.groups == [[0, 1], [2, 3], [4]]


async def test_a_fault_is_told_to_all_and_the_next_are_tried_again():
    together, kept = HeardTogether(SHORT), Kept(OSError("the disk is full"))
    told = await asyncio.gather(
        *(together.keep(device(one), kept.keep) for one in range(2)), return_exceptions=True
    )
    assert [str(one) for one in told] == ["the disk is full"] * 2
    assert await together.keep(device(1), Kept().keep) == device(1)


async def test_one_who_gives_up_ends_nobody_elses():
    together, kept = HeardTogether(SHORT), Kept()
    first, second = (asyncio.ensure_future(together.keep(device(one), kept.keep)) for one in (1, 3))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == device(3)
    with pytest.raises(asyncio.CancelledError):
        await first
    assert kept.groups == [[1, 3]]
