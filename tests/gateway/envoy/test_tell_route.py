"""Which route a request would take: the same answer as the listener gives that people reach."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.settings import Route
from config.vocabulary import Action
from gateway.envoy.tell_route import RouteTaken, RouteUnknown, route_of
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES, SHARED = f"files.{DOMAIN}", f"shared.{DOMAIN}"
PATHS = [
    "/", "/admin", "/admin/", "/ADMIN/x", "/administrator", "//admin", "/x/../admin", "/./admin", "/%61dmin",
    "/admin%2fx", "/admin;x", "/x%5cadmin", "/x?/admin", "/admin?x=1", "/.brana/callback", "/.brana", "/.branax",
    "/%2e%2e/admin", "/a%00b", "/live/x", "/admin#x",
]  # fmt: skip
HOSTS = [FILES, FILES.upper(), f"{FILES}:443", f"{FILES}.", f"unknown.{DOMAIN}", f"portal.{DOMAIN}"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tricky(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    routes = [Route(path="/in", action=Action.SIGN), Route(action=Action.READ)]
    deep = hosting("deep", "http://127.0.0.1:9", host=SHARED, path="/a/b", routes=routes)
    whole = hosting("whole", "http://127.0.0.1:9", host=SHARED, path="/a", routes=routes[:1])
    async with data_plane(tmp_path_factory.mktemp("t"), applications=[deep, whole]) as plane:
        yield plane


async def told(plane: Plane, method: str, host: str, path: str) -> RouteTaken:
    return await route_of(plane.surroundings.socket("tried"), method, host, path)


async def really(plane: Plane, method: str, host: str, path: str) -> RouteTaken:
    """By what the decision is asked, or Envoy answers by itself."""
    plane.forget()
    answer = await plane.ask(path, host=host, method=method)
    if plane.decision.requests:
        return RouteTaken(plane.decision.last.value("x-brana-route"), 200)
    ours = bool(plane.web.requests or plane.idp.requests)
    return RouteTaken("", 200 if ours else answer.status)


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE", "PROPFIND"])
async def test_every_path_goes_where_it_is_said_to_go(tricky: Plane, method: str) -> None:
    for path in PATHS:
        assert await told(tricky, method, FILES, path) == await really(tricky, method, FILES, path), path


@pytest.mark.parametrize("host", HOSTS)
async def test_every_host_is_read_as_people_are(tricky: Plane, host: str) -> None:
    assert await told(tricky, "GET", host, "/admin/x") == await really(tricky, "GET", host, "/admin/x")


@pytest.mark.parametrize("path", ["/", "/a", "/a/in", "/a/b", "/A/B/in", "/a/bc", "/a/b/../in", "/ab"])
async def test_on_a_shared_host_the_longest_path_decides(tricky: Plane, path: str) -> None:
    assert await told(tricky, "GET", SHARED, path) == await really(tricky, "GET", SHARED, path)


async def test_what_is_said_is_a_route_or_an_answer_of_envoys_own(tricky: Plane) -> None:
    assert await told(tricky, "GET", FILES, "/x/../ADMIN") == RouteTaken("files - administer", 200)
    assert await told(tricky, "GET", FILES, "/a;b") == RouteTaken("", 400)
    assert await told(tricky, "GET", f"unknown.{DOMAIN}", "/") == RouteTaken("", 421)
    assert await told(tricky, "GET", SHARED, "/a/other") == RouteTaken("", 404)


async def test_asking_reaches_nobody_and_leaves_no_line_in_the_access_log(tricky: Plane) -> None:
    tricky.forget()
    before = len(tricky.log_lines())
    for path in ("/", "/.brana/callback"):
        await told(tricky, "GET", FILES, path)
    everybody = (tricky.application, tricky.web, tricky.idp, tricky.decision)
    assert not any(one.requests for one in everybody)
    assert len(tricky.log_lines()) == before


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: y", "/č", ""])
async def test_what_no_browser_sends_is_not_asked(tricky: Plane, path: str) -> None:
    with pytest.raises(RouteUnknown, match="as a browser sends them"):
        await told(tricky, "GET", FILES, path)


async def test_nobody_else_reaches_the_socket(tricky: Plane) -> None:
    assert tricky.surroundings.socket("tried").stat().st_mode & 0o777 == 0o600
