"""Several applications on one host, told apart by paths: whose a request is, and whose grant. A real Envoy."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import Identity, IdentityHeaders, Route
from config.vocabulary import Action
from gateway.demo.slapd import free_port
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import listening
from tests.rig.open_socket import AT_ONCE, answers, browser, ends

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HOST = f"spolecny.{DOMAIN}"
READ = [Route(path="/zive", action=Action.READ, websocket=True), Route(action=Action.READ)]
PLACES = {
    "front": ("/", READ),
    "spis": ("/spis", [Route(path="/sign", action=Action.SIGN), *READ]),
    "archive": ("/spis/archiv", READ),
    "parts": ("/casti", [Route(name="reports", path="/sestavy", action=Action.READ), *READ]),
    "narrow": ("/uzka", [Route(path="/jen", action=Action.READ), Route(path="/vsem", public=True)]),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    port = free_port()
    headers = Identity(way="headers", headers=IdentityHeaders(login="X-Remote-User"))
    applications = [
        hosting(
            name,
            f"http://127.0.0.1:{port}",
            host=HOST,
            path=path,
            routes=routes,
            identity=headers if name == "archive" else Identity(),
        )
        for name, (path, routes) in PLACES.items()
    ]
    async with (
        data_plane(Path(tmp_path_factory.mktemp("s")), applications=applications) as plane,
        listening(plane.application, port),
    ):
        yield plane


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(shared: Plane) -> None:
    shared.forget()


def cookie_of(name: str) -> str:
    return "__Host-brana-grant" if name == "front" else f"__Host-brana-grant-{name}"


def grants(plane: Plane, *names: str) -> str:
    return "; ".join(
        f"{cookie_of(name)}={plane.signer.grant(name, assertion=f'of-{name}')}" for name in names
    )


async def ask(plane: Plane, path: str, cookie: str | None) -> Answer:
    return await plane.ask(path, host=HOST, cookie=cookie)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "front"),
        ("/x/spis", "front"),
        ("/spisovna", "front"),
        ("/spis", "spis"),
        ("/spis/", "spis"),
        ("/SPIS/x", "spis"),
        ("/x/../spis/x", "spis"),
        ("//spis//x", "spis"),
        ("/spis/archivy", "spis"),
        ("/spis/archiv", "archive"),
        ("/spis/archiv/1?x=/spis", "archive"),
        ("/spis/x/../archiv/1", "archive"),
        ("/uzka/jen/x", "narrow"),
    ],
)
async def test_the_longest_path_in_whole_segments_decides_whose_a_request_is(
    shared: Plane, path: str, name: str
) -> None:
    """All grants come with each request, as browsers send them; each is good for its own application alone."""
    assert (await ask(shared, path, grants(shared, *PLACES))).status == 200
    assert shared.decision.requests == []
    told = shared.application.last.value("x-brana-assertion")
    assert told == ("" if name == "archive" else f"of-{name}")
    assert shared.application.last.values("cookie") == []
    without = grants(shared, *(other for other in PLACES if other != name))
    assert (await ask(shared, path, without)).status == 403
    assert shared.decision.last.value("x-brana-route") == f"{name} - read"
    assert len(shared.application.requests) == 1


@pytest.mark.parametrize("path", ["/uzka", "/uzka/", "/uzka/jenom", "/UZKA/x"])
async def test_what_fits_no_route_of_an_application_is_not_left_to_another(shared: Plane, path: str) -> None:
    assert (await ask(shared, path, grants(shared, *PLACES))).status == 404
    assert shared.application.requests == []


async def test_a_public_route_of_one_application_opens_nothing_of_another(shared: Plane) -> None:
    assert (await ask(shared, "/uzka/vsem", None)).status == 200
    shared.application.requests.clear()
    for path in ("/vsem", "/spis/vsem", "/uzka/vsem/../../spis", "/uzka/vsem/%2e%2e/%2e%2e/"):
        assert (await ask(shared, path, None)).status == 403
    assert shared.application.requests == []


@pytest.mark.parametrize("stolen", PLACES)
@pytest.mark.parametrize("at", PLACES)
async def test_a_grant_of_one_application_under_the_name_of_another_is_no_grant(
    shared: Plane, stolen: str, at: str
) -> None:
    path = PLACES[at][0] if at != "narrow" else "/uzka/jen"
    moved = f"{cookie_of(at)}={shared.signer.grant(stolen, assertion=f'of-{stolen}')}"
    answer = await ask(shared, path, moved)
    assert answer.status == (200 if stolen == at else 403)
    assert bool(shared.decision.requests) is (stolen != at)


@pytest.mark.parametrize(
    "path", ["/casti/sestavy", "/casti/sestavy/1", "/CASTI/Sestavy", "/casti/x/../sestavy"]
)
@pytest.mark.parametrize("actions", [",read,", ",read@other,", ",read,write@reports,", ",read@report,"])
async def test_a_grant_for_the_rest_of_an_application_opens_no_named_route(
    shared: Plane, path: str, actions: str
) -> None:
    cookie = f"{cookie_of('parts')}={shared.signer.grant('parts', actions=actions)}"
    assert (await ask(shared, path, cookie)).status == 403
    assert shared.decision.last.value("x-brana-route") == "parts - read@reports"
    assert shared.application.requests == []


async def test_a_grant_for_a_named_route_opens_nothing_else(shared: Plane) -> None:
    cookie = f"{cookie_of('parts')}={shared.signer.grant('parts', actions=',read@reports,')}"
    assert (await ask(shared, "/casti/sestavy/1", cookie)).status == 200
    assert shared.decision.requests == []
    for path in ("/casti", "/casti/sestavy/../x", "/casti/sestavyx"):
        assert (await ask(shared, path, cookie)).status == 403
        assert shared.decision.last.value("x-brana-route") == "parts - read"


async def test_a_grant_beside_one_that_does_not_hold_is_not_taken_in_its_place(shared: Plane) -> None:
    old = f"__Host-brana-grant-spis={shared.signer.grant('spis', epoch='old')}"
    for cookie in (f"{old}; {grants(shared, 'front')}", f"{grants(shared, 'front', 'archive')}; {old}"):
        assert (await ask(shared, "/spis", cookie)).status == 403
    assert shared.application.requests == []


async def test_an_application_sets_no_grant_of_its_neighbour(shared: Plane) -> None:
    def answer(_: object) -> web.Response:
        made = web.Response(text="hello")
        for name in PLACES:
            made.headers.add("Set-Cookie", f"{cookie_of(name)}=evil; Path=/; Secure")
        return made

    shared.application.answer = answer
    assert (await ask(shared, "/spis", grants(shared, "spis"))).values("set-cookie") == []


async def test_headers_are_told_where_they_are_asked_for_and_nowhere_else(shared: Plane) -> None:
    person = {"login": "novakova.jana"}
    for name, told in (("archive", ["novakova.jana"]), ("spis", [])):
        cookie = f"{cookie_of(name)}={shared.signer.grant(name, person=person)}"
        assert (await ask(shared, PLACES[name][0], cookie)).status == 200
        assert shared.application.last.values("x-remote-user") == told


@pytest.mark.parametrize("name", ["front", "spis", "archive"])
async def test_a_web_socket_is_watched_by_the_grant_of_its_own_application(shared: Plane, name: str) -> None:
    cookies = (f"{cookie_of(one)}={shared.signer.grant(one, revocation=f'{one}.1')}" for one in PLACES)
    whose = {"Host": HOST, "Cookie": "; ".join(cookies)}
    path = f"{PLACES[name][0].rstrip('/')}/zive"
    async with browser(shared) as http, http.ws_connect(path, headers=whose) as opened:
        (question,) = await shared.watch.heard()
        about = question.stream
        assert (about.application, about.action, about.revocation_id) == (name, "read", f"{name}.1")
        await shared.watch.revoke(*(f"{other}.1" for other in PLACES if other != name))
        assert await answers(opened)
        shared.watch.refused[name] = "role_lost"
        await shared.watch.revoke(f"{name}.1")
        assert await ends(opened) < AT_ONCE
