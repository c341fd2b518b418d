"""What an incident closes at the moment: told in the form, to whoever decides, and wherever it stands as in force."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Language
from gateway.asks.ask import Stage
from gateway.asks.store import Sought
from gateway.authorize.closed_now import ClosedNow
from tests.gateway.asks.town import BUDGET, EVA, JANA, MARTIN, PAVEL, PETR, RECORDS
from tests.gateway.web.people import NOW
from tests.gateway.web.requests_site import RequestsSite, get, only, post
from tests.gateway.web.test_requests import ASK, WHY

pytestmark = pytest.mark.real
CS, EN = Language.CZECH, Language.ENGLISH
LEAK = ClosedNow(
    "incident-application-records",
    {CS: "Aplikace Spisová služba je dočasně uzavřena", EN: "Records service is closed for the time being"},
    {CS: "Prověřujeme únik hesel", EN: "We look into leaked passwords"},
    NOW - timedelta(hours=1),
)
AMBER = '<span class="tag tag-refused">teď uzavřeno při incidentu</span>'
SINCE = 'Aplikace Spisová služba je dočasně uzavřena, od <time datetime="2026-11-23T08:41:07+01:00">'
EMERGENCY = {"application": "records", "why": "hoří radnice, zachraňuji spisy"}


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_the_form_says_what_is_closed_and_asks_once_more_before_it_is_sent(client, requests):
    assert "uzavřeno" not in await get(client, JANA, "/ask")
    requests.town.shut = {RECORDS: LEAK}
    for path in ("/ask", "/orders/new", "/emergency", "/purpose"):
        page = await get(client, JANA, path)
        assert re.findall(r">([^<]+) – teď uzavřeno při incidentu</option>", page) == ["Spisová služba"]
    told = await post(client, JANA, "/ask", ASK | WHY, 200)
    assert "Teď uzavřeno při incidentu; žádost zatím nebyla odeslána" in told
    assert SINCE in told
    assert "Prověřujeme únik hesel" in told
    assert "kontrola spisu za kolegyni</textarea>" in told
    assert await requests.kept.office.find(Sought()) == []
    (mark,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    assert await post(client, JANA, "/ask", ASK | WHY | {"even_so": mark}) == "/?done=asked"
    assert await post(client, JANA, "/ask", ASK | WHY | {"application": "budget"}) == "/?done=asked"
    requests.town.shut |= {BUDGET: LEAK}
    await post(client, JANA, "/ask", ASK | WHY | {"application": "budget", "even_so": mark}, 200)


async def test_an_order_for_what_is_closed_is_sent_only_once_that_was_read(client, requests):
    requests.town.shut = {RECORDS: LEAK}
    order = ASK | {"why": "oprava sestav příjmů", "sponsor": "mala.eva", "person": "fiala.pavel"}
    told = await post(client, PAVEL, "/orders/new", order, 200)
    assert "Teď uzavřeno při incidentu; zakázka zatím nebyla odeslána" in told
    (mark,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    assert await post(client, PAVEL, "/orders/new", order | {"even_so": mark}) == "/orders?done=asked"
    assert AMBER in await get(client, PAVEL, "/orders")
    placed = await only(requests)
    assert SINCE in await get(client, EVA, f"/one?name={placed.id}")


async def test_what_waits_is_decided_by_somebody_who_reads_that_it_opens_nothing_now(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    assert AMBER not in await get(client, PETR, "/waiting")
    requests.town.shut = {RECORDS: LEAK}
    for who, path in ((JANA, "/"), (PETR, "/waiting"), (PETR, f"/one?name={asked.id}")):
        page = await get(client, who, path)
        assert AMBER in page
        assert "čeká na rozhodnutí" in page
    assert SINCE in page
    assert "Ani po schválení nic neotevře, dokud uzavření trvá" in page
    where = await post(client, PETR, "/approve", {"name": asked.id, "note": ""})
    assert (await only(requests)).stage is Stage.IN_FORCE
    page = await get(client, PETR, where)
    assert "Schválili jste to. Dokud je to při incidentu uzavřené, nic to neotevře." in page
    assert "notice-success" not in page


@pytest.mark.parametrize("path", ["/emergency", "/ask"])
async def test_what_was_opened_before_the_closure_is_not_shown_as_open(client, requests, path):
    await post(client, JANA, path, EMERGENCY if path == "/emergency" else ASK | WHY)
    stands = await only(requests)
    if path == "/ask":
        await post(client, PETR, "/approve", {"name": stands.id, "note": ""})
    places = [
        (JANA, "/"),
        (PETR, "/waiting"),
        (JANA, f"/one?name={stands.id}"),
        (PETR, f"/end?name={stands.id}"),
    ]
    for who, where in places:
        assert '<span class="tag tag-success">platí</span>' in await get(client, who, where)
    requests.town.shut = {RECORDS: LEAK}
    for who, where in places:
        page = await get(client, who, where)
        assert AMBER in page
        assert "tag-success" not in page
    assert SINCE in await get(client, JANA, f"/one?name={stands.id}")
    if path == "/emergency":
        assert SINCE in await get(client, MARTIN, "/reviews")
