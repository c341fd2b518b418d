"""What a WebDAV server is told of addresses in headers, word for word. A real Envoy, bytes as written."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import Identity, Route
from config.vocabulary import Action
from gateway.demo.slapd import free_port
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HOST = f"folders.{DOMAIN}"
TOKEN = "(<opaquelocktoken:1>)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    port = free_port()
    routes = [
        Route(path="/dav", action=Action.WRITE, webdav=True),
        Route(path="/open", public=True, webdav=True),
        Route(action=Action.WRITE),
    ]
    folders = hosting("folders", f"http://127.0.0.1:{port}", routes=routes, identity=Identity(way="none"))
    async with (
        data_plane(tmp_path_factory.mktemp("d"), applications=[folders]) as running,
        listening(running.application, port),
    ):
        yield running


@pytest.fixture(autouse=True)
def nothing_was_asked(served: Plane) -> None:
    served.forget()


async def moved(plane: Plane, *headers: str, path: str = "/dav/a", method: str = "MOVE") -> Answer:
    cookie = plane.cookie(application="folders")
    return await plane.ask(path, host=HOST, method=method, cookie=cookie, headers=headers)


@pytest.mark.parametrize("said", ["https://{here}", "HTTPS://{HERE}", "http://{here}", ""])
async def test_a_destination_has_the_scheme_of_our_connection(served: Plane, said: str) -> None:
    here = f"{HOST}:{served.port}"
    written = said.format(here=here, HERE=here.upper())
    answer = await moved(served, f"Destination: {written}/dav/b%20%C4%8D.txt", "Overwrite: F")
    assert answer.status == 200
    assert served.application.last.values("destination") == [f"http://{here}/dav/b%20%C4%8D.txt"]
    assert served.application.last.value("overwrite") == "F"


async def test_addresses_of_locks_are_told_in_the_same_way_and_others_as_they_are(served: Plane) -> None:
    here, there = f"{HOST}:{served.port}", "https://elsewhere.test/dav/c"
    answer = await moved(
        served, f"If: <https://{here}/dav/a> {TOKEN} </dav/b> {TOKEN} <{there}> {TOKEN}", method="PUT"
    )
    assert answer.status == 200
    said = f"<http://{here}/dav/a> {TOKEN} <http://{here}/dav/b> {TOKEN} <{there}> {TOKEN}"
    assert served.application.last.value("if") == said


@pytest.mark.parametrize("path", ["/dav/a", "/open/a"])
@pytest.mark.parametrize(
    "destination", ["/other/b", "/dav/../other", "https://elsewhere.test/dav/b", "/opened/b"]
)
async def test_what_leads_elsewhere_does_not_come_to_the_server(
    served: Plane, path: str, destination: str
) -> None:
    answer = await moved(served, f"Destination: {destination}", path=path)
    assert (answer.status, answer.value("x-brana-reason")) == (403, "destination_refused")
    assert served.application.requests == []


async def test_elsewhere_no_destination_is_told(served: Plane) -> None:
    answer = await moved(served, "Destination: /dav/b", path="/other")
    assert answer.status == 200
    assert served.application.last.values("destination") == []


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("http://{here}/dav/b/?x=1", "https://{here}/dav/b/?x=1"),
        ("https://{here}/dav/b", "https://{here}/dav/b"),
        ("http://elsewhere.test/dav/b", "http://elsewhere.test/dav/b"),
        ("/dav/b", "/dav/b"),
    ],
)
async def test_a_location_leads_back_to_tls_on_this_host_alone(
    served: Plane, location: str, told: str
) -> None:
    here = f"{HOST}:{served.port}"
    sent = {"Location": location.format(here=here)}
    served.application.answer = lambda _: web.Response(status=301, headers=sent)
    answer = await moved(served, method="GET")
    assert (answer.status, answer.value("location")) == (301, told.format(here=here))


async def test_a_stranger_learns_nothing_of_trees(served: Plane) -> None:
    answer = await served.ask("/dav/a", host=HOST, method="MOVE", headers=("Destination: /other/b",))
    assert answer.status == 403
    assert answer.value("x-brana-reason") == ""  # the decision's own answer, which was asked first
    assert len(served.decision.requests) == 1
