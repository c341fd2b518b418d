"""A host whose pages are made when somebody first opens one."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.web.desk import Page
from gateway.web.late_room import LateRoom

pytestmark = pytest.mark.real
HOST = {"Host": "late.brana.test"}
MADE: list[int] = []


async def _said(text: str) -> web.Response:
    return web.Response(text=text)


async def _shown(request: web.Request) -> web.Response:
    return await _said(f"shown {request.match_info['one']}")


async def _noted(request: web.Request) -> web.Response:
    return await _said(f"noted {request.match_info['one']}")


async def _other(_: web.Request) -> web.Response:
    return await _said("of all hosts")


def _pages() -> list[Page]:
    MADE.append(1)
    return [Page("GET", "/proposals/{one}", _shown), Page("POST", "/proposals/{one}/note", _noted)]


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    MADE.clear()
    app = web.Application()
    app.router.register_resource(LateRoom("late.brana.test", _pages))
    app.router.add_get("/assets/style.css", _other)
    app.router.add_get("/proposals/{one}", _other)
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_nothing_is_made_before_somebody_asks_that_host(client: TestClient) -> None:
    assert await (await client.get("/proposals/7")).text() == "of all hosts"
    assert MADE == []


async def test_its_pages_are_made_once_and_come_before_those_of_all_hosts(client: TestClient) -> None:
    for _ in range(2):
        assert await (await client.get("/proposals/7", headers=HOST)).text() == "shown 7"
    assert await (await client.post("/proposals/8/note", headers=HOST)).text() == "noted 8"
    assert MADE == [1]


async def test_what_is_none_of_its_pages_is_left_to_those_of_all_hosts(client: TestClient) -> None:
    assert await (await client.get("/assets/style.css", headers=HOST)).text() == "of all hosts"
    assert (await client.get("/nowhere", headers=HOST)).status == 404


async def test_another_method_than_a_page_has_is_refused_as_such(client: TestClient) -> None:
    assert (await client.put("/proposals/7/note", headers=HOST)).status == 405
