"""What was ended before its time: when it ended and by whom, wherever it is shown."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from tests.gateway.asks.town import JANA, MARTIN, PETR
from tests.gateway.web.requests_site import RequestsSite, get, only, post

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_emergency_access_ended_early_says_when_it_ended_and_who_ended_it(client, requests):
    """To its holder too, who may review those of others."""
    await post(
        client, JANA, "/emergency", {"application": "records", "why": "hoří radnice, zachraňuji spisy"}
    )
    use = await only(requests)
    assert "skončilo dřív" not in await get(client, JANA, f"/one?name={use.id}")
    await post(client, MARTIN, "/end", {"name": use.id})
    for who, where in (
        (JANA, "/"),
        (PETR, f"/one?name={use.id}"),
        (JANA, f"/one?name={use.id}"),
        (MARTIN, "/reviews"),
    ):
        told = await get(client, who, where)
        assert "skončilo dřív" in told
        if where != "/":
            assert "mělo trvat do" in told
            assert "<dt>Ukončil(a)</dt><dd>Kucera.Martin" in told
            assert "Zamítl(a)" not in told
    page = await get(client, JANA, f"/one?name={use.id}")
    assert (
        '<span class="capital">nouzový přístup:</span> <span class="tag tag-refused">ukončeno</span>' in page
    )
