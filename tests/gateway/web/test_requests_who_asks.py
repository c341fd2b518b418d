"""Who asks, on the page where it is decided: roles, which rule would open it, what else they have."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Action, Language
from gateway.asks.ask import Kind
from gateway.authorize.opened_by import OpenedBy
from idp.directory.errors import DirectoryUnusable
from tests.gateway.asks.town import BUDGET, EVA, JANA, PAVEL, PETR, wish
from tests.gateway.web.people import NOW
from tests.gateway.web.requests_site import RequestsSite, get
from tests.gateway.web.test_requests_closed import LEAK

pytestmark = pytest.mark.real
SOON = {"since": NOW, "until": NOW + timedelta(hours=8)}


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_whoever_decides_reads_the_roles_of_the_asker_and_the_rule_that_would_open_it(client, requests):
    asked = await requests.kept.ask(wish(**SOON), NOW)
    page = await get(client, PETR, f"/one?name={asked.id}")
    assert "<dt>Role v této obci</dt><dd>referent</dd>" in page
    assert (
        "<dt>Co by to otevřelo</dt><dd>podepsání; povolí to pravidlo Na žádost (<code>requested</code>)</dd>"
        in page
    )
    assert (
        '<dt>Podle role už smí</dt><dd>čtení <span class="quiet">(<code>records-view</code>)</span></dd>'
        in page
    )
    assert "neotevřelo" not in page
    assert "<dt>K téže aplikaci ještě</dt><dd>nic nečeká ani neplatí</dd>" in page
    assert "Kdo to má dostat" not in await get(client, JANA, f"/one?name={asked.id}")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "nic: žádné dnešní pravidlo to takto neotevírá"),
        ("hours", "nic; odmítá to: Jen v určené hodiny (<code>hours</code>)"),
    ],
)
async def test_that_nothing_opens_it_today_is_told_with_what_refuses_it(client, requests, rule, said):
    asked = await requests.kept.ask(wish(**SOON), NOW)
    title = dict.fromkeys(Language, "Jen v určené hodiny")
    requests.town.opening = OpenedBy(Action.SIGN, False, title, rule)
    where = f"/one?name={asked.id}"
    requests.town.reads = False
    page = await get(client, PETR, where)
    assert f"podepsání: {said}" in page
    assert "<dt>Podle role už smí</dt><dd>v této aplikaci nic, " in page
    assert "v jinou dobu to může být jinak</dd>" in page
    warning = page.index("Schválení by nic neotevřelo")
    assert page.rindex("notice-warning", 0, warning) < warning < page.index(">Schválit<"), "above the buttons"
    requests.town.shut = {asked.application: LEAK}
    page = await get(client, PETR, where)  # the closure is told above
    assert "Co by to otevřelo" not in page
    assert "neotevřelo" not in page


async def test_that_part_of_it_would_open_nothing_is_told_by_its_action(client, requests):
    asked = await requests.kept.ask(wish(actions=frozenset({Action.WRITE, Action.SIGN}), **SOON), NOW)
    title = dict.fromkeys(Language, "Na žádost")

    async def opened_by(*_):
        return [OpenedBy(Action.WRITE, True, title, "requested"), OpenedBy(Action.SIGN, False, None)]

    requests.town.opened_by = opened_by
    page = await get(client, PETR, f"/one?name={asked.id}")
    told = page[page.index("Část z toho by ani schválení neotevřelo") :].split("</ul>")[0]
    assert "podepsání</span>: žádné dnešní pravidlo" in told
    assert "zápis" not in told


async def test_what_else_they_have_of_the_same_application_is_told_and_of_another_it_is_not(client, requests):
    asked = await requests.kept.ask(wish(**SOON), NOW)
    running = await requests.kept.ask(wish(Kind.EMERGENCY, why="hoří radnice, zachraňuji spisy"), NOW)
    other = await requests.kept.ask(wish(application=BUDGET, **SOON), NOW)
    somebody = await requests.kept.ask(wish(asker=EVA, **SOON), NOW)
    page = await get(client, PETR, f"/one?name={asked.id}")
    assert f'<a href="/one?name={running.id}"><span class="capital">nouzový přístup</span></a>' in page
    assert not [one for one in (asked, other, somebody) if f'<a href="/one?name={one.id}">' in page]


async def test_a_sponsor_reads_of_the_supplier_only_what_concerns_the_order(client, requests):
    order = await requests.kept.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA, **SOON), NOW)
    page = await get(client, EVA, f"/one?name={order.id}")
    assert "<dt>Role v této obci</dt><dd>dodavatel</dd>" in page


async def test_where_the_directory_does_not_answer_the_page_says_that_roles_are_unknown(client, requests):
    asked = await requests.kept.ask(wish(**SOON), NOW)

    async def away(_subject):
        raise DirectoryUnusable("ldaps://directory", "it does not answer")

    requests.town.person = away
    page = await get(client, PETR, f"/one?name={asked.id}")
    assert "Není známo: adresář neříká, kdo to je." in page
    assert "Co by to otevřelo" not in page
