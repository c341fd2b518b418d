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
IN_A_ROW = 20


def buffers(plane: Plane) -> list[Path]:
    return [*plane.begun.parent.glob("begun.*.map")]


def came(plane: Plane) -> set[str]:
    """Ids of the requests that the application saw."""
    return {dict(one.headers)["x-request-id"] for one in plane.application.requests}


def written(plane: Plane) -> dict[str, Begun]:
    """In the file, and in the buffers of Envoy's threads."""
    files = [*buffers(plane), plane.begun]
    return begun.lines(b"".join(one.read_bytes() for one in files if one.is_file()))


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


async def test_in_a_full_memory_whoever_cannot_be_written_down_is_let_in_by_no_grant_alone(
    tmp_path: Path,
) -> None:
    with tiny_disk(tmp_path / "disk", 1) as disk:
        async with data_plane(tmp_path, memory=disk.outside) as plane:
            plane.decision.answer = lambda _: web.Response(status=403)
            assert (await plane.ask("/before", cookie=plane.cookie())).status == 200
            ballast = disk.fill()
            refused = 0
            while refused < IN_A_ROW:  # buffers that are there already have some room
                answered = await plane.ask(f"/{'x' * 1500}", cookie=plane.cookie())
                refused = refused + 1 if answered.status == 403 else 0
                assert len(plane.application.requests) < 1_000, "the memory is not full"
            assert written(plane).keys() == came(plane)
            ballast.unlink()
            async with asyncio.timeout(10):
                while (await plane.ask("/after", cookie=plane.cookie())).status != 200:
                    await asyncio.sleep(0.05)
            assert written(plane).keys() == came(plane)


async def test_what_is_written_out_and_what_waits_in_buffers_are_all_requests_once_each(plane: Plane) -> None:
    """More than a buffer holds."""
    for number in range(100):
        assert (await plane.ask(f"/{number:03}/{'y' * 1500}", cookie=plane.cookie())).status == 200
    assert written(plane).keys() >= came(plane)
    whole = plane.begun.read_bytes()
    assert whole.count(b"\n+ ") == whole.count(b" $\n")
    assert len(begun.lines(whole)) == whole.count(b"\n+ ")


async def test_a_gate_that_is_over_has_written_out_everything(plane: Plane) -> None:
    assert (await plane.ask("/last", cookie=plane.cookie())).status == 200
    before = set(buffers(plane))
    assert before
    await plane.gate("somebody.1")
    async with asyncio.timeout(10):
        while before & set(buffers(plane)):
            await plane.ask("/next", cookie=plane.cookie())
    assert "/last" in {one.path for one in begun.lines(plane.begun.read_bytes()).values()}


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
