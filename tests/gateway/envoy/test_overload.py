"""Memory runs short: a real Envoy with little of it, and people who send large forms and never end them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from config.settings import Settings
from gateway.envoy.hardening import KEPT_FORM_BYTES
from gateway.envoy.routes import KEPT_FORMS
from tests.rig import exact_http
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.exact_http import Answer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MEMORY = 40  # MiB; without anybody Envoy takes 11
SENDERS = 300
KNOCKS = 2
AT_ONCE = 20
PATIENCE = 10.0  # seconds
GIVEN_UP = "^overload.envoy.overload_actions.stop_accepting_requests.active$"
HELD = (
    f"POST {KEPT_FORMS} HTTP/1.1\r\nHost: portal.{DOMAIN}\r\n"
    f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {KEPT_FORM_BYTES}\r\n\r\n"
).encode() + b"a" * (KEPT_FORM_BYTES - 1)
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def _small(settings: Settings) -> Settings:
    return replace(settings, limits=replace(settings.limits, memory_mib=MEMORY))


@pytest_asyncio.fixture(scope="module", loop_scope="module", name="narrow")
async def _narrow(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("o"), workers=1, configured=_small) as plane:
        yield plane


async def _connected(plane: Plane, number: int) -> list[Line]:
    made: list[Line] = []
    while len(made) < number:
        few = min(AT_ONCE, number - len(made))
        made += await asyncio.gather(*(plane.connect() for _ in range(few)))
    return made


@asynccontextmanager
async def _pressed(plane: Plane) -> AsyncIterator[list[Line]]:
    """Memory is full while the block runs; yields connections that were there before."""
    before, senders = await _connected(plane, KNOCKS), await _connected(plane, SENDERS)
    try:
        for _, writer in senders:
            writer.write(HELD)
        async with asyncio.timeout(PATIENCE):
            while not any((await plane.administration.counters(GIVEN_UP)).values()):
                await asyncio.sleep(0.05)
        yield before
    finally:
        for _, writer in (*senders, *before):
            writer.transport.abort()


async def _asked(line: Line, **asked: Any) -> Answer:
    (answer,) = await exact_http.exchange(*line, exact_http.request("/", host=f"files.{DOMAIN}", **asked))
    return answer


async def _line(plane: Plane) -> dict[str, Any]:
    """Of the access log; so early a request has no number yet."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for line in plane.log_lines():
                if (line["host"], line["reason"]) == (f"files.{DOMAIN}", "gateway_overloaded"):
                    return line
            await asyncio.sleep(0.02)


async def _lets_in_again(plane: Plane) -> Answer:
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await plane.ask("/", cookie=plane.cookie())
            if answer.status == 200:
                return answer
            assert answer.value("x-brana-reason") == "gateway_overloaded"
            await asyncio.sleep(0.1)


async def test_requests_that_find_no_memory_are_refused_with_our_page_recorded_and_let_in_again_later(
    narrow: Plane,
) -> None:
    cookie = narrow.cookie()
    async with _pressed(narrow) as before:
        person = await _asked(before.pop(), cookie=cookie, headers=("Accept: text/html",))
        program = await _asked(before.pop(), cookie=cookie)
    for answer in (person, program):
        assert (answer.status, answer.value("x-brana-reason")) == (503, "gateway_overloaded")
        assert answer.value("retry-after") == "1"
    text = person.body.decode()
    assert "Brána je přetížená" in text
    assert "The gateway is overloaded" in text
    assert json.loads(program.body)["reason"] == "gateway_overloaded"
    line = await _line(narrow)
    assert (line["status"], line["ended"], line["address"]) == (503, "overload", "127.0.0.1")
    assert (await _lets_in_again(narrow)).body == b"hello"
