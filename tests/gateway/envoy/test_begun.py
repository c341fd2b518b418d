"""Whom the gate lets in is written down before the request goes on, by a real Envoy."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from gateway.audit import begun
from gateway.audit.begun import Begun
from tests.rig import exact_http2
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.tiny_disk import tiny_disk

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
KILLS = 10


def written(plane: Plane) -> dict[str, Begun]:
    return begun.lines(plane.begun.read_bytes()) if plane.begun.exists() else {}


@pytest.fixture(autouse=True)
def _forget(plane: Plane) -> None:
    plane.forget()


async def test_a_request_is_written_down_when_the_application_sees_it(plane: Plane) -> None:
    seen: list[Begun | None] = []

    def answer(request: web.Request) -> web.Response:
        seen.append(written(plane).get(dict(request.headers)["x-request-id"]))
        return web.Response(text="hello")

    plane.application.answer = answer
    answered = await plane.ask("/files/a?secret=1", cookie=plane.cookie())
    assert answered.status == 200
    (one,) = seen
    assert one is not None
    assert (one.application, one.action, one.method, one.path) == ("files", "read", "GET", "/files/a")
    assert one.session
    assert "secret" not in plane.begun.read_text()


async def test_of_a_long_path_no_more_is_written_than_the_log_keeps(plane: Plane) -> None:
    paths = {
        f"/{'a' * 20_000}": begun.PATH,
        f"/{'b' * 20_000}?{'c' * 5000}": begun.PATH,
        f"/d?{'e' * 20_000}": 2,
    }
    for path, kept in paths.items():
        answered = await plane.ask(path, cookie=plane.cookie())
        assert written(plane)[answered.value("x-request-id")].path == path[:kept]


async def test_of_a_long_method_no_more_is_written_than_any_has(plane: Plane) -> None:
    """The file lies in memory, and over HTTP/2 a method may be as long as all headers."""
    cookie = plane.cookie(actions=",administer,")
    asked = [
        (":method", "M" * 9_000),
        (":scheme", "https"),
        (":authority", f"files.{DOMAIN}"),
        (":path", "/admin/m"),
    ]
    ends = exact_http2.END_HEADERS | exact_http2.END_STREAM
    headers = exact_http2.block([*asked, ("cookie", cookie)])
    _, writer = await plane.connect(alpn="h2")
    writer.write(exact_http2.PREFACE + exact_http2.frame(exact_http2.HEADERS, ends, 1, headers))
    async with asyncio.timeout(10):
        while not (found := [one.method for one in written(plane).values() if one.path == "/admin/m"]):
            await asyncio.sleep(0.01)
    writer.transport.abort()
    assert found == ["M" * 32]


async def test_a_request_that_no_grant_lets_in_is_not_written_down(plane: Plane) -> None:
    answered = await plane.ask("/files/b")
    assert answered.status == 403
    assert answered.value("x-request-id") not in written(plane)


async def test_a_gate_that_cannot_write_lets_nobody_in_by_itself(plane: Plane) -> None:
    plane.begun.unlink(missing_ok=True)
    plane.begun.mkdir()
    try:
        await asyncio.sleep(1.1)  # a file that is open is good for its second
        answered = await plane.ask("/files/c", cookie=plane.cookie())
        assert answered.status == 403
        assert len(plane.decision.requests) == 1
        assert plane.application.requests == []
    finally:
        plane.begun.rmdir()
    await asyncio.sleep(1.1)
    assert (await plane.ask("/files/c", cookie=plane.cookie())).status == 200


async def test_in_a_full_memory_nobody_gets_in_by_a_grant_alone_and_what_was_torn_does_not_count(
    tmp_path: Path,
) -> None:
    with tiny_disk(tmp_path / "disk", 1) as disk:
        async with data_plane(tmp_path, memory=disk.outside) as plane:
            plane.decision.answer = lambda _: web.Response(status=403)
            assert (await plane.ask("/before", cookie=plane.cookie())).status == 200
            room = 4096 - plane.begun.stat().st_size % 4096 + 100  # the end of a page, and of the disk
            ballast = disk.fill()
            statuses = []
            while not plane.decision.requests:
                statuses.append((await plane.ask(f"/{'x' * 700}", cookie=plane.cookie())).status)
                assert len(statuses) * 700 < room + 700, "the memory is not full"
            assert statuses[-1] == 403
            in_before = len(plane.application.requests)
            assert (await plane.ask("/full", cookie=plane.cookie())).status == 403
            assert len(plane.application.requests) == in_before
            ballast.unlink()
            after = await plane.ask("/after", cookie=plane.cookie())
            assert after.status == 200
            assert written(plane)[after.value("x-request-id")].path == "/after"
            assert len(written(plane)) == len(plane.application.requests)


async def test_killed_at_the_moment_of_an_answer_envoy_leaves_no_request_out(tmp_path: Path) -> None:
    answered: set[str] = set()
    async with data_plane(tmp_path) as plane:
        for _ in range(KILLS):
            await plane.gate()
            several = await asyncio.gather(*(plane.ask("/", cookie=plane.cookie()) for _ in range(4)))
            await plane.stop_envoy(kill=True)
            assert [one.status for one in several] == [200] * 4
            answered |= {one.value("x-request-id") for one in several}
            await plane.start_envoy()
        assert len(answered) == 4 * KILLS
        assert answered <= written(plane).keys()
