"""What a control plane that is cut off from its database tells nodes: nothing, not even that there is nothing new."""

from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from gateway.commands.fleet_services import _cut_off


@pytest.mark.parametrize(
    ("doubts", "answered", "told"),
    [
        (repeat(False), 304, 304),
        (repeat(False), 200, 200),
        (repeat(True), 304, 503),
        (repeat(True), 200, 503),
        (chain([False], repeat(True)), 304, 503),  # while the question waited for news
        (chain([False], repeat(True)), 204, 204),  # what was recorded is recorded
    ],
)
async def test_that_nothing_is_new_is_not_said_by_whoever_was_cut_off_meanwhile(
    doubts: Iterator[bool], answered: int, told: int, tmp_path: Path
) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=answered)

    app = web.Application(middlewares=[_cut_off(lambda: next(doubts))])
    app.router.add_post("/known", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        socket = str(tmp_path / "node.sock")
        await web.UnixSite(runner, socket).start()
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(socket)) as http,
            http.post("http://control/known") as answer,
        ):
            assert answer.status == told
    finally:
        await runner.cleanup()
