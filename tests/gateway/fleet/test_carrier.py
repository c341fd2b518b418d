"""Whom a node's own process asks, with real sockets."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from gateway.fleet.carrier import Carrier, ControlPlaneAway, NotBelieved
from gateway.fleet.words import Had, Ids

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
        assert await made.known(Had()) is None


@pytest.mark.parametrize("both", [0, 503])
async def test_where_all_are_away_or_cut_off_nothing_is_known(both: int, tmp_path: Path) -> None:
    async with carrier(tmp_path, both, both) as made:
        with pytest.raises(ControlPlaneAway):
            await made.known(Had())


async def test_one_that_refuses_is_believed(tmp_path: Path) -> None:
    async with carrier(tmp_path, 403, 304) as made:
        with pytest.raises(NotBelieved):
            await made.known(Had())


async def test_questions_for_news_keep_to_one_connection_whatever_else_is_asked_meanwhile(
    tmp_path: Path,
) -> None:
    """Behind a socket are several control planes, another one with each connection."""
    came, go_on = Counter[tuple[str, int]](), {path: asyncio.Semaphore(0) for path in ("/known", "/recorded")}

    async def answer(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        came[request.path, id(request.transport)] += 1
        await go_on[request.path].acquire()
        known = request.path == "/known"
        return web.Response(status=304) if known else web.Response(body=msgspec.json.encode(Ids(ids=[])))

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.UnixSite(runner, str(tmp_path / "0.sock")).start()
    made = Carrier([tmp_path / "0.sock"])
    try:
        for first, second in (("/known", "/recorded"), ("/recorded", "/known"), ("/known", "/recorded")):
            before = came.total()
            asked = {
                "/known": asyncio.create_task(made.known(Had())),
                "/recorded": asyncio.create_task(made.recorded([])),
            }
            while came.total() < before + 2:
                await asyncio.sleep(0.001)
            for path in (first, second):
                go_on[path].release()
                await asked[path]
    finally:
        await made.close()
        await runner.cleanup()
    assert [times for (path, _), times in came.items() if path == "/known"] == [3]


async def test_whoever_stood_in_is_told_that_this_node_asks_its_own_control_plane_again(
    tmp_path: Path,
) -> None:
    own, other = tmp_path / "0.sock", tmp_path / "1.sock"
    heard: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        heard.append(request.path)
        return web.Response(status=304 if request.path == "/known" else 204)

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.UnixSite(runner, str(other)).start()
    made = Carrier([own, other])
    try:
        await made.known(Had())
        async with answering(own, 304):
            await made.known(Had())
            await made.known(Had())
    finally:
        await made.close()
        await runner.cleanup()
    assert heard == ["/known", "/goes-on"]


async def test_another_control_plane_is_asked_so_that_it_answers_at_once(tmp_path: Path) -> None:
    """While a question waits there, the one that stood in would wait for this node's word."""
    own, other = tmp_path / "0.sock", tmp_path / "1.sock"
    versions: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path == "/known":
            versions.append(msgspec.json.decode(await request.read(), type=Had).version)
        return web.Response(status=304 if request.path == "/known" else 204)

    async with contextlib.AsyncExitStack() as servers:
        made = Carrier([own, other])
        servers.push_async_callback(made.close)
        for socket in (other, own):
            runner = web.ServerRunner(web.Server(answer))
            servers.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.UnixSite(runner, str(socket)).start()
            for _ in range(2):
                await made.known(Had(version="1"))
    assert versions == ["", "1", "", "1"]
