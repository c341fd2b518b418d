"""Tricks with paths and hosts that must fail: bytes exactly as written, a real Envoy."""

import asyncio

import pytest
import pytest_asyncio

from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.forget()


READER = {"actions": ",read,"}
ADMIN_PATHS = [
    "//admin/x",
    "/%2e%2e/admin/x",
    "/x/../admin/x",
    "/x/%2e%2e/admin/x",
    "/./admin/x",
    "/%61dmin/x",
    "/ADMIN/x",
    "/admin",
    "/admin?x=/y",
    "/admin//x",
    "/x/.%2e/admin",
    "/x;/../admin",
    f"https://{FILES}/admin/x",
    f"https://{FILES}//admin/x",
]


@pytest.mark.parametrize("path", ADMIN_PATHS)
async def test_every_spelling_of_a_path_takes_its_own_route(plane: Plane, path: str) -> None:
    answer = await plane.ask(path, cookie=plane.cookie(**READER))
    assert plane.application.requests == []
    if plane.decision.requests:
        assert plane.decision.last.value("x-brana-route") == "files - administer"
    else:
        assert answer.status in (400, 404)


ODD_PATHS = [
    "/x%2Fadmin",
    "/x%5Cadmin",
    "/admin;x/y",
    "/admin%3Bx",
    "/admin%23x",
    "/admin%3Fx",
    "/admin%00",
    "/x%0d%0aSet-Cookie:a=1",
    "/x%0Aadmin",
    "/%2561dmin",
    "/x%252Fadmin",
    "/x%7f",
]


@pytest.mark.parametrize("path", ODD_PATHS)
async def test_paths_that_two_programs_read_differently_are_refused(plane: Plane, path: str) -> None:
    answer = await plane.ask(path, cookie=plane.cookie(actions=",read,write,administer,"))
    assert answer.status == 400
    assert plane.application.requests == []
    assert plane.decision.requests == []


async def test_what_is_refused_before_it_has_a_number_has_a_line_of_the_log_whatever_number_it_brings(
    plane: Plane,
) -> None:
    answer = await plane.ask("/unnumbered%2Fx", headers=("X-Request-Id: one two three",))
    assert answer.status == 400
    async with asyncio.timeout(5):
        while not (lines := [one for one in plane.log_lines() if one["path"] == "/unnumbered/x"]):
            await asyncio.sleep(0.02)
    (line,) = lines
    assert (line["address"], line["status"], line["reason"]) == ("127.0.0.1", 400, "request_malformed")


@pytest.mark.parametrize("path", [r"\admin", r"/x\..\admin", "/\\admin"])
async def test_a_backslash_is_a_slash_or_nothing(plane: Plane, path: str) -> None:
    await plane.ask(path, cookie=plane.cookie(**READER))
    assert plane.application.requests == []
    assert all(asked.value("x-brana-route") == "files - administer" for asked in plane.decision.requests)


async def test_ordinary_paths_arrive_as_written(plane: Plane) -> None:
    cookie = plane.cookie(**READER)
    for path in (
        "/",
        "/a/b.pdf?x=1;2&y=%2F%3B",
        "/%C5%BE%20x",
        "/sleva%2050%25.pdf",
        "/administrator",
        "/a+b@c,d",
    ):
        assert (await plane.ask(path, cookie=cookie)).status == 200, path
        assert plane.application.last.target == path


async def test_our_own_paths_never_reach_an_application(plane: Plane) -> None:
    for path in ("/.brana/callback", "/.brana", "/x/../.brana/x", "//.brana/x", "/%2ebrana/x"):
        assert (await plane.ask(path)).status == 200
    assert len(plane.web.requests) == 5
    assert plane.application.requests == []
    for path in ("/.branax", "/.BRANA/x", "/x/.brana/y"):
        await plane.ask(path)
    assert len(plane.web.requests) == 5
    assert plane.application.requests == []


HOSTS = [f"FILES.{DOMAIN}", f"files.{DOMAIN}.", f"files.{DOMAIN}:1", f"Files.{DOMAIN}.:443"]


@pytest.mark.parametrize("host", HOSTS)
async def test_every_spelling_of_a_host_is_one_host(plane: Plane, host: str) -> None:
    assert (await plane.ask(host=host, cookie=plane.cookie())).status == 200
    assert plane.application.last.values("host") == [f"{FILES}:{plane.port}"]


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        f"x.{FILES}",
        f"{FILES}.evil.test",
        "127.0.0.1",
        f"{FILES}/x",
        f"a@{FILES}",
        f"{FILES}, x",
    ],
)
async def test_a_host_that_is_none_of_ours_is_refused(plane: Plane, host: str) -> None:
    assert (await plane.ask(host=host, cookie=plane.cookie())).status in (400, 421)
    assert plane.application.requests == []


async def test_the_target_of_an_absolute_request_decides_over_the_host_header(plane: Plane) -> None:
    answer = await plane.ask("https://evil.test/x", host=FILES, cookie=plane.cookie())
    assert answer.status == 421
    answer = await plane.ask(f"https://{FILES}/x", host="evil.test", cookie=plane.cookie())
    assert answer.status == 200
    assert plane.application.last.target == "/x"
    assert plane.application.last.values("host") == [f"{FILES}:{plane.port}"]


async def test_an_unmatched_path_or_method_is_refused_by_us(plane: Plane) -> None:
    host = f"register-588296.{DOMAIN}"
    assert (await plane.ask("/", host=host)).status == 404
    assert (await plane.ask("/opens", host=host)).status == 404
    assert (await plane.ask("/x", method="DELETE", cookie=plane.cookie())).status == 404
    assert (await plane.ask("/x", method="TRACE", cookie=plane.cookie())).status in (400, 404)
    assert plane.application.requests == []
    assert plane.decision.requests == []


async def test_the_gate_answers_for_a_request_that_no_route_fits(plane: Plane) -> None:
    for method, path in (("CONNECT", FILES), ("CONNECT", "127.0.0.1:22"), ("OPTIONS", "*")):
        for cookie in (plane.cookie(), "a=1"):
            answer = await plane.ask(path, method=method, cookie=cookie)
            assert answer.status in (400, 404, 421)
    assert plane.application.requests == []
    assert "script log" not in (plane.folder / "envoy.log").read_text()


async def test_no_health_path_goes_past_the_gate(plane: Plane) -> None:
    for path in ("/healthz", "/ready", "/stats", "/config_dump", "/?x=/healthz", "/healthz/../x"):
        answer = await plane.ask(path, headers=("User-Agent: Envoy/HC", "x-envoy-healthcheck: 1"))
        assert answer.status == 403
    assert plane.application.requests == []
