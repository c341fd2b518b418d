"""Pages about orders of suppliers and uses of emergency access: whom they offer, and what those concerned are told."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Role
from gateway.asks.ask import Kind
from idp.directory.person import RoleHeld
from tests.gateway.asks.test_two_accounts import duties
from tests.gateway.asks.town import EVA, HULIN, JANA, PAVEL, PETR, RECORDS, wish
from tests.gateway.web.people import NOW
from tests.gateway.web.requests_site import RequestsSite, get, only, post

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_an_order_offers_whoever_may_sponsor_it_and_to_a_supplier_whom_they_may_know(client, requests):
    assert _offered(await get(client, PETR, "/orders/new")) == [PETR.login, EVA.login, JANA.login]
    assert _offered(await get(client, PAVEL, "/orders/new")) == [PETR.login, EVA.login]
    sponsored = await requests.kept.ask(wish(Kind.ORDER, PAVEL, sponsor=JANA, application=RECORDS), NOW)
    assert sponsored.sponsor.login == JANA.login
    assert _offered(await get(client, PAVEL, "/orders/new")) == [PETR.login, EVA.login, JANA.login]


async def test_a_supplier_stays_one_on_these_pages_whatever_further_role_or_place_the_account_has(
    client, requests
):
    clerk = RoleHeld(HULIN, Role.CLERK)
    # The second is a supplier by the word of the directory alone.
    for roles in ((*PAVEL.roles, clerk), (clerk,)):
        also = replace(PAVEL, roles=roles)
        assert _offered(await get(client, also, "/orders/new")) == [PETR.login, EVA.login]
        for form in ("/orders/new", "/deputies"):
            assert f'<option value="{JANA.login}">' not in await get(client, also, form)
            assert f'<option value="{PAVEL.login}">' not in await get(client, also, form)


def _offered(page):
    listed = re.search(r'<datalist id="sponsors">(.*?)</datalist>', page, re.DOTALL)
    return re.findall(r'<option value="([^"]+)"', listed.group(1))


async def test_a_supplier_reads_at_the_order_who_ended_it_and_whom_to_ask(client, requests):
    order = await requests.kept.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA, application=RECORDS), NOW)
    await post(client, EVA, "/approve", {"name": order.id, "note": ""})
    assert "předčasně ukončil" not in await get(client, PAVEL, f"/one?name={order.id}")
    await post(client, EVA, "/end", {"name": order.id})
    assert f"předčasně ukončil její garant: {EVA.name}" in await get(client, PAVEL, f"/one?name={order.id}")
    assert "předčasně ukončil" not in await get(client, EVA, f"/one?name={order.id}")


async def test_whoever_reviews_is_led_from_an_emergency_to_its_review(client, requests):
    why = {"application": "records", "why": "hoří radnice, zachraňuji spisy"}
    await post(client, JANA, "/emergency", why)
    use = await only(requests)
    link = f'href="/reviews#use-{use.id}"'
    assert link in await get(client, PETR, f"/one?name={use.id}")
    assert f'id="use-{use.id}"' in await get(client, PETR, "/reviews")
    assert link not in await get(client, JANA, f"/one?name={use.id}")


async def test_whoever_used_it_by_another_account_is_told_so_instead_of_a_form(client, requests):
    await post(
        client, JANA, "/emergency", {"application": "records", "why": "hoří radnice, zachraňuji spisy"}
    )
    use = await only(requests)
    await post(client, JANA, "/end", {"name": use.id})
    assert 'action="/review"' in await get(client, PETR, "/reviews")
    office = requests.kept.office
    requests.kept.office = replace(office, rules=replace(office.rules, duties=duties(JANA, PETR)))
    async with TestClient(TestServer(requests.app)) as linked:
        page = await get(linked, PETR, "/reviews")
        assert f"pod svým jiným účtem {JANA.login}: přezkoumat ho musí někdo jiný" in page
        assert 'action="/review"' not in page
        assert 'action="/review"' in await get(linked, EVA, "/reviews")


async def test_a_supplier_begins_no_emergency_access_and_is_told_what_opens_the_work(client, requests):
    urgent = {"application": "records", "why": "povodeň v obci", "read": "on"}
    told = await post(client, PAVEL, "/emergency", urgent, 409)
    assert "Dodavatelé nouzový přístup nemají" in told
    assert "Zavolejte jejímu garantovi" in told
    assert requests.kept.entries[-1].reason == "emergency_of_a_supplier"
