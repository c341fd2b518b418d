"""What a person would get, asked while a configuration takes the place of another."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.asking import TriedOut
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import open_state
from gateway.commands.trying import route_in_force
from gateway.envoy.tried import SOCKET
from tests.rig.installation import install
from tests.rig.people import JANA

pytestmark = pytest.mark.real


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run."""
    state = open_state(install(tmp_path).configuration)
    made = ControlPlane(state)
    try:
        yield made
    finally:
        await made.close()
        state.database.close()


async def test_the_route_is_asked_for_again_when_another_configuration_came_meanwhile(
    plane: ControlPlane,
) -> None:
    """What stands for Envoy here answers by routes of before, and then a reload begins and ends."""
    asked: list[bool] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.append(plane.settled.is_set())
        if len(asked) == 1:
            plane.settled.clear()
            plane.take(plane.state, plane.book)
            asyncio.get_running_loop().call_later(0.05, plane.settled.set)
        writer.write(b"HTTP/1.1 421 Misdirected Request\r\ncontent-length: 0\r\n\r\n")
        writer.close()

    about = TriedOut(application="map", person="novakova.jana", host="map.kh.test", path="/")
    server = await asyncio.start_unix_server(answer, plane.state.run / f"{SOCKET}.sock")
    async with server:
        host, path, route = await route_in_force(plane, about, JANA)
    assert (host, path, route.status) == ("map.kh.test", "/", 421)
    assert asked == [True, True], "never while the two may differ"
