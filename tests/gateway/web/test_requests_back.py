"""A form about requests that comes to nothing is shown once more with what was typed, or leads to what it is about."""

from collections.abc import AsyncIterator, Sequence

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Action
from gateway.asks.ask import Stage
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from tests.gateway.asks.town import EVA, JANA, PAVEL, PETR
from tests.gateway.web.requests_site import RequestsSite, get, only, post
from tests.gateway.web.test_requests import ASK, WHY

pytestmark = pytest.mark.real
URGENT = {"application": "records", "why": "server spadl a musím jednat"}


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_emergency_access_that_runs_already_is_said_in_the_form_that_keeps_the_reason(client, requests):
    assert await post(client, JANA, "/emergency", URGENT) == "/?done=begun"
    page = await post(client, JANA, "/emergency", URGENT | {"why": "spadl znovu a hoří"}, 409)
    assert "spadl znovu a hoří" in page
    assert 'action="/emergency"' in page
    assert await only(requests)


async def test_while_the_directory_is_away_what_was_typed_stays(client, requests):
    async def away(_: str) -> Sequence[Person]:
        raise DirectoryUnusable("urad", "away")

    requests.town.named = away
    order = ASK | {
        "sign": "",
        "read": "1",
        "why": "oprava sestav příjmů",
        "sponsor": "mala.eva",
        "person": "fiala.pavel",
    }
    page = await post(client, EVA, "/orders/new", order, 503)
    assert "oprava sestav příjmů" in page
    assert 'value="fiala.pavel"' in page


async def test_whom_the_policies_let_ask_no_more_is_led_back_to_the_form(client, requests):
    requests.kept.refusing |= {Action.WRITE}
    page = await post(client, JANA, "/ask", ASK | WHY, 403)
    assert 'href="/ask"' in page


@pytest.mark.parametrize(
    ("path", "further"), [("/approve", {"note": ""}), ("/refuse", {"note": "Ne."}), ("/end", {})]
)
async def test_whoever_may_not_decide_or_end_is_led_back_to_the_request(client, requests, path, further):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    requests.kept.refusing |= {Action.SIGN}
    page = await post(client, EVA, path, {"name": asked.id} | further, 403)
    assert f'href="/one?name={asked.id}"' in page
    assert (await only(requests)).stage is Stage.WAITING


async def test_a_review_that_cannot_be_written_leads_back_to_what_it_is_about(client, requests):
    await post(client, JANA, "/emergency", URGENT)
    use = await only(requests)
    page = await post(client, PETR, "/review", {"name": use.id, "note": "vše v pořádku"}, 409)
    assert f'href="/one?name={use.id}"' in page


async def test_whoever_may_not_end_an_access_is_not_asked_whether_to(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    await post(client, PETR, "/approve", {"name": asked.id, "note": ""})
    requests.kept.refusing |= {Action.SIGN}
    page = await get(client, EVA, f"/end?name={asked.id}", 403)
    assert 'action="/end"' not in page
    assert f'href="/one?name={asked.id}"' in page
    for mine in (JANA, PETR):  # who asked for it, and who approved it
        assert 'action="/end"' in await get(client, mine, f"/end?name={asked.id}")


async def test_a_supplier_s_order_is_ended_by_its_sponsor_alone_where_nobody_may_decide(client, requests):
    order = ASK | {
        "sign": "",
        "read": "1",
        "why": "oprava sestav příjmů",
        "sponsor": "mala.eva",
        "person": "",
    }
    await post(client, PAVEL, "/orders/new", order)
    asked = await only(requests)
    requests.kept.refusing |= {Action.SIGN}
    assert 'action="/end"' not in await get(client, PETR, f"/end?name={asked.id}", 403)
    assert 'action="/end"' in await get(client, EVA, f"/end?name={asked.id}")
