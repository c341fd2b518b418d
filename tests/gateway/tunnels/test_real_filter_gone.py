"""Somebody else takes the filter away, as `nft flush ruleset` does: it stands again within seconds, as it was."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from gateway.tunnels import rules
from gateway.tunnels.connections import Ledger
from gateway.tunnels.keeping import Keeping
from gateway.tunnels.nftables import Nftables
from gateway.tunnels.opening import Opened, ready_for
from tests.rig.tunnels import ECHO, OTHER, POOLS, PORT, Ground, Laptop, now, why_not

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
SECONDS = 10.0  # a look each second, on a busy machine


@contextmanager
def kept(there: Ground, opened: Opened, said: list[str], *, vouched: bool) -> Iterator[None]:
    """With the usual times between two renewals."""

    async def tell(_: object) -> None:
        pass

    async def begun() -> asyncio.Task[None]:
        ledger, anew = Ledger(POOLS), lambda: ready_for(there.plan, there.private, PORT)
        keeping = Keeping(opened, anew, ledger, tell, said.append, now, vouched=lambda: vouched)
        return asyncio.create_task(keeping.keep())

    async def ended(task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    keeping = there.run(begun())
    try:
        yield
    finally:
        there.run(ended(keeping))


async def flush(there: Ground) -> None:
    Nftables().do(rules.gone(there.plan))


@pytest.mark.parametrize("vouched", [True, False], ids=["by a control plane", "while none is there"])
def test_it_stands_again_within_seconds(tunnel: Opened, there: Ground, jana: Laptop, vouched: bool) -> None:
    said: list[str] = []
    with kept(there, tunnel, said, vouched=vouched):
        time.sleep(0.2)
        there.run(flush(there))
        assert jana.reaches(OTHER) or said, "nothing is filtered where there are no rules"
        until = time.monotonic() + SECONDS
        while jana.reaches(OTHER):
            assert time.monotonic() < until, said
        assert jana.reaches(ECHO), "what she may goes on"
    assert len(said) == 1
    assert "nftables refused" in said[0]


def test_a_lease_is_no_longer_by_it(tunnel: Opened, there: Ground, jana: Laptop) -> None:
    """Nobody is there who vouches for what passes."""
    before = ends(tunnel, there, jana)
    with kept(there, tunnel, [], vouched=False):
        time.sleep(0.2)
        there.run(flush(there))
        until = time.monotonic() + SECONDS
        while jana.reaches(OTHER):
            assert time.monotonic() < until
    assert ends(tunnel, there, jana) - before < timedelta(seconds=1.5)


def ends(tunnel: Opened, there: Ground, laptop: Laptop) -> datetime:
    """When its lease does, by the filter, which says whole seconds."""
    elements = tunnel.packets.elements(there.plan.table, "awake4")
    (left,) = [one["elem"]["expires"] for one in elements if one["elem"]["val"] == str(laptop.address)]
    return now() + timedelta(seconds=left)
