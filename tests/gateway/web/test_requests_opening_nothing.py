"""What stands and opens nothing at the moment is never shown as what is in force."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from gateway.asks.store import Sought
from tests.gateway.asks.town import EVA, JANA, PETR
from tests.gateway.web.requests_site import RequestsSite, get, only, post
from tests.gateway.web.test_requests import ASK, WHY

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_a_delegation_of_which_no_rule_makes_anything_says_so(client, requests):
    deputy = {"role": "mayor", "person": "mala.eva", "why": "dovolená"} | ASK
    told = await post(client, PETR, "/deputies", deputy, 200)
    assert "Dnešní pravidla tomuto zástupci za tuto roli nic neotevřou; zastupování zatím není" in told
    assert "dovolená</textarea>" in told
    assert await requests.kept.office.find(Sought()) == []
    (mark,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    await post(
        client, PETR, "/deputies", deputy | {"person": JANA.login, "even_so": mark}, 200
    )  # another one
    where = await post(client, PETR, "/deputies", deputy | {"even_so": mark})
    recorded = await get(client, PETR, where)
    assert "Podle dnešních pravidel ale zástupci nic neotevře." in recorded
    assert "notice-success" not in recorded
    for page in (recorded, await get(client, EVA, f"/one?name={(await only(requests)).id}")):
        assert '<span class="tag tag-refused">teď nic neotevírá</span>' in page
        assert "tag-success" not in page
    assert "Nic: žádné dnešní pravidlo" in page


async def test_what_was_approved_and_cannot_open_now_is_not_shown_as_in_force(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    await post(client, PETR, "/approve", {"name": asked.id, "note": ""})
    pages = [(JANA, "/"), (PETR, f"/one?name={asked.id}")]
    for who, path in pages:
        assert '<span class="tag tag-success">platí</span>' in await get(client, who, path)
    requests.town.by_hours = [asked.application]
    for who, path in pages:
        page = await get(client, who, path)
        assert '<span class="tag tag-refused">teď nic neotevírá</span>' in page
        assert "tag-success" not in page
