"""A gate whose script fails lets nothing through, and what strangers have it remember is bounded. A real Envoy."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from config.settings import Route
from config.vocabulary import Action
from gateway.demo.slapd import free_port
from gateway.envoy.gate import GATE_FILTER
from gateway.envoy.resources import EXTENSIONS
from tests.rig.envoy import DOMAIN, PATIENCE, Plane, data_plane, hosting
from tests.rig.neighbours import listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HOST, AWAY = f"half.{DOMAIN}", f"away.{DOMAIN}"
OURS = "__Host-brana-session=secret"
MIB = 2**20
TOGETHER = 50
LONG = 7_900  # bytes of a cookie header; the longest that are remembered have 8,192


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="half")
async def _half(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    """An application that is public but for one path, and one whose server is down; one worker."""
    port = free_port()
    routes = [Route(path="/in", action=Action.READ), Route(public=True)]
    applications = [
        hosting("half", f"http://127.0.0.1:{port}", routes=routes),
        hosting("away", "http://127.0.0.1:1", routes=[Route(public=True)]),
    ]
    async with (
        data_plane(tmp_path_factory.mktemp("t"), workers=1, applications=applications) as plane,
        listening(plane.application, port),
    ):
        yield plane


async def _broken(plane: Plane, line: str) -> None:
    """Have Envoy run the gate with a line of it in place of another of that variable."""
    published = plane.discovery.published(EXTENSIONS, GATE_FILTER)
    assert published is not None
    source = published["typed_config"]["default_source_code"]
    begins = line.partition("=")[0]
    lines = [line if one.startswith(begins) else one for one in source["inline_string"].split("\n")]
    assert line in lines
    source["inline_string"] = "\n".join(lines)
    plane.discovery.add({EXTENSIONS: [published]})
    assert await plane.discovery.gate_applied(PATIENCE)


async def test_nothing_goes_on_where_the_script_fails(half: Plane) -> None:
    """Envoy would let the request go on as it came, with our cookies in it."""
    half.forget()
    cookie = f"a=1; {OURS}; __Host-brana-grant={half.signer.grant(application='half')}"
    for line in ("local SUFFIXES = nil", "local A_SECOND = nil", "local BEGUN = nil", "local KEYS = nil"):
        await half.gate()
        assert (await half.ask("/in", host=HOST, cookie=cookie)).status == 200
        half.forget()
        await _broken(half, line)
        answer = await half.ask("/in", host=HOST, cookie=cookie)
        assert (answer.status, answer.value("x-brana-reason")) == (503, "unavailable")
        answer = await half.ask("/", host=HOST, cookie=cookie)
        assert "secret" not in str(half.application.requests)
        assert half.decision.requests == []
    await half.gate()
    assert (await half.ask("/", host=HOST, cookie=cookie)).status == 200


def _resident(plane: Plane) -> int:
    """Bytes of Envoy's in memory."""
    assert plane.process is not None
    status = Path(f"/proc/{plane.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


async def test_strangers_fill_no_more_of_the_memory_than_there_is_room_for(half: Plane) -> None:
    """What the script remembers is not counted by Envoy's own bound of memory: it was 78 MiB for each worker."""
    half.forget()
    await half.gate()
    before = _resident(half)
    for first in range(0, 4_000, TOGETHER):
        sent = "".join(
            _stranger(number, last=number % TOGETHER == 0)
            for number in range(first + 1, first + 1 + TOGETHER)
        )
        assert len(await half.raw(sent.encode())) == TOGETHER
    assert _resident(half) - before < 50 * MIB


def _stranger(number: int, *, last: bool) -> str:
    """A request with a cookie header like no other, the last one of its connection or not."""
    cookie = f"a={number}{'x' * LONG}; {OURS}"
    return (
        f"GET / HTTP/1.1\r\nHost: {AWAY}\r\nConnection: {'close' if last else 'keep-alive'}\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    )
