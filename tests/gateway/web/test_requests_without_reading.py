"""Who asks for more than reading where reading is not theirs is told that no page opens without it."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Action
from gateway.asks.store import Sought
from tests.gateway.asks.town import JANA
from tests.gateway.web.requests_site import RequestsSite, only, post
from tests.gateway.web.test_requests import ASK, WHY

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_who_may_not_read_there_is_told_that_writing_alone_opens_no_page(client, requests):
    requests.town.reads = False
    told = await post(client, JANA, "/ask", ASK | WHY, 200)
    assert "Bez čtení se neotevře žádná stránka; žádost zatím nebyla odeslána" in told
    assert re.search(r'name="read" value="1" checked', told)
    assert ">Odeslat žádost<" in told
    assert await requests.kept.office.find(Sought()) == []
    (even_so,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    another = ASK | WHY | {"application": "budget", "sign": "", "write": "1", "even_so": even_so}
    assert "Bez čtení" in await post(client, JANA, "/ask", another, 200), (
        "of another application it is told anew"
    )
    await post(client, JANA, "/ask", ASK | WHY | {"even_so": even_so, "read": "1"})
    assert (await only(requests)).actions == {Action.READ, Action.SIGN}
    await post(client, JANA, "/ask", ASK | WHY)
    assert len(await requests.kept.office.find(Sought())) == 2, "reading is asked for already"


async def test_who_insists_asks_for_what_they_chose(client, requests):
    requests.town.reads = False
    told = await post(client, JANA, "/ask", ASK | WHY, 200)
    (even_so,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    await post(client, JANA, "/ask", ASK | WHY | {"even_so": even_so})
    assert (await only(requests)).actions == {Action.SIGN}


async def test_reading_that_was_asked_for_but_ends_before_is_not_enough(client, requests):
    requests.town.reads = False
    early = {"sign": "", "read": "1", "until": "2026-11-23T11:00"}
    await post(client, JANA, "/ask", ASK | WHY | early)
    assert "Bez čtení se neotevře" in await post(client, JANA, "/ask", ASK | WHY, 200)
    await post(client, JANA, "/ask", ASK | WHY | {"until": "2026-11-23T11:00"})
    assert len(await requests.kept.office.find(Sought())) == 2
