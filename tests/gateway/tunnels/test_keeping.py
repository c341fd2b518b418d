"""Loops over an opened tunnel whose parts fail as they are told to; the real one is in `test_real_tunnel`."""

import asyncio
import contextlib
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from types import SimpleNamespace

import pytest

from gateway.tunnels.connections import Began, Ended, Flow, FlowId, Ledger
from gateway.tunnels.conntrack import EventsMissed
from gateway.tunnels.keeping import Keeping
from gateway.tunnels.permits import Target, Transport
from gateway.tunnels.tunnel import TunnelHalfDone

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
FLOW = Flow(
    FlowId(7), ip_address("10.90.0.2"), 40000, Target(ip_address("10.1.0.5"), Transport.TCP, 445), NOW, 1, 2
)
OTHER = replace(FLOW, id=FlowId(8), port=40001)


class Kernel:
    """Says what it is given to say, in turn; ready to be read as long as there is something."""

    def __init__(self, *says: object, there: list[Flow]) -> None:
        self._says, self._there = list(says), there
        self._mouth, self._ear = socket.socketpair()
        self._mouth.send(b"x")

    def fileno(self) -> int:
        return self._ear.fileno()

    def happened(self):
        while self._says:
            said = self._says.pop(0)
            if isinstance(said, Exception):
                raise said
            yield said

    def all(self) -> list[Flow]:
        return self._there

    def close(self) -> None:
        self._mouth.close()
        self._ear.close()


class Renewed:
    def __init__(self) -> None:
        self.times = 0

    async def renew(self, now: datetime) -> None:
        self.times += 1
        if self.times == 1:
            raise TunnelHalfDone([OSError("the filter is away")])

    async def refused(self) -> list:
        return []


@contextlib.asynccontextmanager
async def kept(kernel: Kernel, tunnel: Renewed, vouched=lambda: True):
    told, said = [], []

    async def tell(what) -> None:
        told.extend(what)

    opened = SimpleNamespace(tunnel=tunnel, connections=kernel, ready=SimpleNamespace(process=None))
    keeping = Keeping(
        opened,
        None,
        Ledger([ip_network("10.90.0.0/16")]),
        tell,
        said.append,
        lambda: NOW,
        timedelta(0),
        vouched,
    )
    task = asyncio.create_task(keeping.keep())
    try:
        yield told, said
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        kernel.close()


async def until(holds) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0)


@pytest.fixture
def tunnel() -> Renewed:
    return Renewed()


async def test_what_there_was_before_is_told_and_then_what_comes(tunnel: Renewed) -> None:
    async with kept(Kernel((True, OTHER), there=[FLOW, OTHER]), tunnel) as (told, _):
        await until(lambda: len(told) == 2)
        assert told == [Began(OTHER, NOW), Began(FLOW, NOW)]


async def test_what_was_read_before_something_was_missed_is_told_and_the_rest_compared(
    tunnel: Renewed,
) -> None:
    kernel = Kernel((True, FLOW), (True, OTHER), EventsMissed(), there=[OTHER])
    async with kept(kernel, tunnel) as (told, said):
        await until(lambda: len(told) == 3)
        assert told == [Began(FLOW, NOW), Began(OTHER, NOW), Ended(FLOW, NOW, NOW)]
        assert "compared" in said[0]


async def test_a_renewal_that_failed_is_said_and_tried_again(tunnel: Renewed) -> None:
    async with kept(Kernel(there=[]), tunnel) as (_, said):
        await until(lambda: tunnel.times > 2)
        assert said == ["the filter is away"]


async def test_without_anybody_who_says_what_holds_nothing_is_renewed(tunnel: Renewed) -> None:
    asked = []

    def vouched() -> bool:
        asked.append(None)
        return len(asked) > 5

    async with kept(Kernel(there=[]), tunnel, vouched):
        await until(lambda: tunnel.times)
        assert len(asked) == 6
