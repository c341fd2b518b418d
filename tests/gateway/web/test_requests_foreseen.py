"""What somebody reads who asks for what would open nothing, for too long, or where nobody decides."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.settings import Requests
from config.vocabulary import Language, Role
from gateway.asks.ask import Ask, Kind
from gateway.asks.beforehand import StillClosed
from gateway.asks.refused import AskRefused, Spoken, Why
from gateway.asks.store import Sought
from gateway.web.requests.foreseen import opens_nothing
from tests.gateway.asks.town import EVA, JANA, PAVEL, PETR, SIGN, rules
from tests.gateway.web.requests_site import RequestsSite, get, only, post
from tests.gateway.web.test_requests import ASK, WHY

pytestmark = pytest.mark.real
CS, EN = Language.CZECH, Language.ENGLISH
HOURS = Spoken(
    "outside_hours",
    {CS: "Jen v určené hodiny", EN: "At certain hours only"},
    {CS: "Přijďte po sedmé, nebo {contact}.", EN: "Come after seven, or {contact}."},
    "hours",
)
NOTHING_PERMITS = replace(HOURS, rule="")
EMERGENCY = {"application": "records", "why": "server spadl a musím jednat"}


@dataclass
class Foreseen:
    """What the office is told beforehand of whatever is asked for; two have to approve."""

    site: RequestsSite
    client: TestClient
    closed: tuple[StillClosed, ...] = ()
    there: int | None = None

    async def opens(self, *_: object) -> tuple[StillClosed, ...]:
        return self.closed

    async def deciders(self, *_: object) -> int | None:
        return self.there

    async def asked(self) -> list[Ask]:
        return list(await self.site.kept.office.find(Sought()))


@pytest_asyncio.fixture
async def opened(requests: RequestsSite) -> AsyncIterator[Foreseen]:
    made = Foreseen(requests, None)
    office, two = requests.kept.office, rules(Requests(approvers=2))
    requests.kept.office = replace(office, rules=two, opens=made.opens, deciders=made.deciders)
    async with TestClient(TestServer(requests.app)) as made.client:
        yield made


async def test_the_form_names_what_would_stay_closed_and_the_rule_and_keeps_what_was_typed(opened):
    opened.closed = (StillClosed(SIGN, HOURS),)
    page = await post(opened.client, JANA, "/ask", ASK | WHY, 409)
    assert "Ani schválená žádost by to neotevřela: podepsání" in page
    assert "Pořád platí: Jen v určené hodiny. Přijďte po sedmé, nebo" in page
    assert "{contact}" not in page
    assert "kontrola spisu za kolegyni" in page
    assert await opened.asked() == []


async def test_where_emergency_access_may_help_its_form_is_led_to_with_the_application(opened):
    led = f'<a href="/emergency?application={ASK["application"]}">Nouzový přístup</a></p>'
    opened.closed = (StillClosed(SIGN, HOURS),)
    assert led not in await post(opened.client, JANA, "/ask", ASK | WHY, 409)
    opened.closed = (StillClosed(SIGN, replace(HOURS, emergency_helps=True)),)
    assert led in await post(opened.client, JANA, "/ask", ASK | WHY, 409)


@pytest.mark.parametrize(
    ("refusing", "words"), [(HOURS, "Pořád platí: Jen v určené hodiny."), (NOTHING_PERMITS, "ani na zakázku")]
)
async def test_an_order_that_would_open_nothing_to_the_supplier_is_not_placed_and_says_why(
    opened, refusing, words
):
    opened.closed = (StillClosed(SIGN, refusing),)
    order = ASK | {"why": "oprava sestav příjmů", "sponsor": "mala.eva", "person": "fiala.pavel"}
    for who in (PAVEL, EVA):
        page = await post(opened.client, who, "/orders/new", order, 409)
        assert "Ani potvrzená zakázka by to dodavateli neotevřela: podepsání" in page
        assert words in page
        assert "oprava sestav příjmů" in page
    assert await opened.asked() == []


async def test_an_emergency_that_would_open_nothing_does_not_begin(opened):
    opened.closed = (StillClosed(SIGN, HOURS),)
    page = await post(opened.client, JANA, "/emergency", EMERGENCY, 409)
    assert "Nouzový přístup by vám tuto aplikaci neotevřel" in page
    assert "Jen v určené hodiny" in page
    assert opened.site.kept.alarmed == []


@pytest.mark.parametrize(
    ("roles", "words"),
    [([Role.SUPPLIER], "on an order"), ([Role.CLERK], "A role does, or standing in")],
)
def test_where_no_rule_permits_it_the_way_that_does_is_named(roles, words):
    error = AskRefused(Why.OPENS_NOTHING, frozenset({SIGN}), NOTHING_PERMITS)
    for kind in (Kind.ACCESS, Kind.EMERGENCY):
        assert words in opens_nothing(error, kind, roles, None).advice[EN]


async def test_who_asks_where_nobody_decides_reads_so_before_and_instead_of_sending(opened):
    assert "nemá kdo rozhodnout" not in await get(opened.client, PETR, "/ask")
    opened.there = 1
    assert "O této žádosti tu nemá kdo rozhodnout" in await get(opened.client, PETR, "/ask")
    page = await post(opened.client, PETR, "/ask", ASK | WHY | {"sign": "", "write": "1"}, 409)
    assert page.count("O této žádosti tu nemá kdo rozhodnout") == 1
    assert await opened.asked() == []


async def test_an_emergency_that_does_not_let_in_from_here_says_so_on_its_page(opened):
    opened.site.town.kept_out = HOURS
    where = await post(opened.client, JANA, "/emergency", EMERGENCY)
    running = await only(opened.site)
    assert where == f"/one?name={running.id}&done=begun"
    page = await get(opened.client, JANA, where)
    assert "Nouzový přístup běží." in page
    assert "Odtud a teď vás nepustí" in page
    assert "Pořád platí: Jen v určené hodiny." in page
    assert "Odtud a teď" not in await get(opened.client, EVA, f"/one?name={running.id}"), "it is not hers"


async def test_too_long_a_time_says_how_long_is_allowed(opened):
    page = await post(opened.client, JANA, "/ask", ASK | WHY | {"until": "2027-03-01T12:00"}, 409)
    assert "Nejdelší dovolená doba je 30 dnů." in page


async def test_who_has_approved_is_not_offered_to_approve_again(opened):
    await post(opened.client, JANA, "/ask", ASK | WHY)
    asked = await only(opened.site)
    await post(opened.client, PETR, "/approve", {"name": asked.id, "note": ""})
    page = await get(opened.client, PETR, f"/one?name={asked.id}")
    assert 'action="/approve' not in page
    assert "Schválit to musí ještě někdo další." in page
    assert f'href="/end?name={asked.id}"' in page
    assert f'href="/end?name={asked.id}"' in await get(opened.client, PETR, "/waiting")
    assert 'action="/approve' in await get(opened.client, EVA, f"/one?name={asked.id}")


async def test_what_surely_refuses_is_said_before_what_is_permitted_already(opened):
    asked_for = ASK | WHY | {"read": "1", "sign": "1"}
    told = await post(opened.client, JANA, "/ask", asked_for, 200)
    assert "Tohle už smíte, žádost zatím nebyla odeslána" in told
    opened.closed = (StillClosed(SIGN, HOURS),)
    page = await post(opened.client, JANA, "/ask", asked_for, 409)
    assert "Ani schválená žádost by to neotevřela: podepsání" in page
    assert "Tohle už smíte" not in page
    assert 'name="even_so"' not in page, "nothing was told that could be sent all the same"
    [entry] = [one for one in opened.site.kept.entries if one.reason == "request_opens_nothing"]
    assert entry.details["application"] == "records"


async def test_where_nobody_could_decide_nobody_is_asked_to_send_it_all_the_same(opened):
    opened.there, opened.site.town.reads = 1, False
    page = await post(opened.client, JANA, "/ask", ASK | WHY | {"read": "", "sign": "1"}, 409)
    assert "Bez čtení se neotevře žádná stránka" not in page
    opened.there = 2
    page = await post(opened.client, JANA, "/ask", ASK | WHY | {"read": "", "sign": "1"}, 200)
    assert "Bez čtení se neotevře žádná stránka" in page
