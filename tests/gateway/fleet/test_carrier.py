"""Whom a node's own process asks, with real sockets."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from gateway.fleet.carrier import Carrier, ControlPlaneAway, NotBelieved

pytestmark = pytest.mark.real


@contextlib.asynccontextmanager
async def answering(socket: Path, status: int) -> AsyncIterator[None]:
    async def answer(_: web.BaseRequest) -> web.Response:
        return web.Response(status=status)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        yield
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def carrier(folder: Path, *statuses: int) -> AsyncIterator[Carrier]:
    """Of control planes that answer so; 0: nobody listens."""
    sockets = [folder / f"{number}.sock" for number in range(len(statuses))]
    async with contextlib.AsyncExitStack() as stack:
        for socket, status in zip(sockets, statuses, strict=True):
            if status:
                await stack.enter_async_context(answering(socket, status))
        made = Carrier(sockets)
        stack.push_async_callback(made.close)
        yield made


@pytest.mark.parametrize("first", [0, 503])
async def test_one_that_is_away_or_cut_off_leaves_the_question_to_the_next(
    first: int, tmp_path: Path
) -> None:
    async with carrier(tmp_path, first, 304) as made:
        assert await made.known("") is None


@pytest.mark.parametrize("both", [0, 503])
async def test_where_all_are_away_or_cut_off_nothing_is_known(both: int, tmp_path: Path) -> None:
    async with carrier(tmp_path, both, both) as made:
        with pytest.raises(ControlPlaneAway):
            await made.known("")


async def test_one_that_refuses_is_believed(tmp_path: Path) -> None:
    async with carrier(tmp_path, 403, 304) as made:
        with pytest.raises(NotBelieved):
            await made.known("")
