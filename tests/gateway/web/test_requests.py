"""The pages about requests, asked as a browser would: forms, what they mend, who sees what."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.vocabulary import Action
from gateway.asks.ask import Kind, Stage
from gateway.asks.refused import Why
from gateway.asks.store import Sought
from gateway.audit.entry import Code
from gateway.waiting import Waiting
from gateway.web.requests.not_done import REFUSALS, TEXTS
from tests.gateway.asks.town import EVA, IVO, JANA, MARTIN, PAVEL, PETR
from tests.gateway.web.people import NOW
from tests.gateway.web.requests_site import LOG, RequestsSite, get, only, post, signed_in

pytestmark = pytest.mark.real
ASK = {"application": "records", "sign": "1", "since": "2026-11-23T09:41", "until": "2026-11-23T12:00"}
WHY = {"why": "kontrola spisu za kolegyni"}


@pytest_asyncio.fixture
async def client(requests: RequestsSite) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(requests.app)) as opened:
        yield opened


async def test_a_request_goes_its_way_from_asking_to_its_end(client, requests):
    assert await post(client, JANA, "/ask", ASK | WHY) == "/?done=asked"
    asked = await only(requests)
    assert (asked.kind, asked.since) == (Kind.ACCESS, NOW)
    assert asked.until == datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
    assert "čeká na rozhodnutí" in await get(client, JANA, "/")
    assert "Novakova.Jana" in await get(client, PETR, "/waiting")
    page = await get(client, PETR, f"/one?name={asked.id}")
    assert "kontrola spisu za kolegyni" in page
    assert "Schválit" in page
    form = {"name": asked.id, "note": ""}
    assert await post(client, PETR, "/approve", form) == f"/one?name={asked.id}&done=approved"
    assert (await only(requests)).stage is Stage.IN_FORCE
    assert "Schválili jste to." in await get(client, PETR, f"/one?name={asked.id}&done=approved")
    assert await post(client, JANA, "/end", {"name": asked.id}) == f"/one?name={asked.id}&done=ended"
    assert (await only(requests)).stage is Stage.WITHDRAWN
    assert requests.kept.entries[-1].code is Code.REQUEST_ENDED


@pytest.mark.parametrize("path", ["/", "/waiting"])
async def test_a_long_list_goes_on_on_another_page(client, requests, monkeypatch, path):
    monkeypatch.setattr("gateway.web.requests.site.SHOWN", 2)
    for number in range(3):
        await post(client, JANA, "/ask", ASK | WHY | {"until": f"2026-11-23T12:0{number}"})
    who = JANA if path == "/" else PETR
    first = await get(client, who, path)
    (older,) = re.findall(r'href="(\?after=[^"]+)"', first)
    rest = await get(client, who, path + older)
    assert "Starší" not in rest
    shown = [re.findall(r'<a href="/one\?name=([^"]+)"', page) for page in (first, rest)]
    assert [len(one) for one in shown] == [2, 1]
    assert {*shown[0], *shown[1]} == {one.id for one in await requests.kept.office.find(Sought())}


async def test_declining_without_a_reason_shows_the_form_again_which_says_what_it_needs(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    assert "K zamítnutí je důvod nutný" in await get(client, PETR, f"/one?name={asked.id}")
    page = await post(client, PETR, f"/refuse?name={asked.id}", {"name": asked.id, "note": " "}, 409)
    assert "Napište, proč žádost zamítáte." in page
    assert 'aria-invalid="true" aria-describedby="note-hint note-error"' in page
    assert f'formaction="/refuse?name={asked.id}"' in page
    assert "K zamítnutí" in await get(client, PETR, f"/refuse?name={asked.id}")  # the switch of languages
    assert (await only(requests)).stage is Stage.WAITING
    await post(client, PETR, "/refuse", {"name": asked.id, "note": "není potřeba"})
    assert requests.kept.entries[-1].code is Code.REQUEST_DECLINED
    assert (await only(requests)).stage is Stage.REFUSED


@pytest.mark.parametrize(
    ("path", "words"), [("/approve", "Zatím není schváleno"), ("/refuse", "Zatím není zamítnuto")]
)
async def test_words_that_cannot_be_kept_stay_in_the_form(client, requests, path, words):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    page = await post(client, PETR, path, {"name": asked.id, "note": "ano" * 200}, 409)
    assert words in page
    assert "Napište čitelný text, nejvýše 500 znaků." in page
    assert "ano" * 200 + "</textarea>" in page
    assert (await only(requests)).stage is Stage.WAITING


async def test_a_review_without_a_finding_shows_its_form_again(client, requests):
    for application in ("records", "budget"):
        urgent = {"application": application, "why": "hoří radnice, zachraňuji spisy"}
        await post(client, JANA, "/emergency", urgent)
    uses = await requests.kept.office.find(Sought())
    for use in uses:
        await post(client, MARTIN, "/end", {"name": use.id})
    for use in uses:
        page = await post(client, MARTIN, "/review", {"name": use.id, "note": "x" * 501}, 409)
        assert "Přezkum zatím není zapsán" in page
        assert page.count('name="note"') == 2
        assert page.count("Napište, co jste zjistili") == 1
        assert page.index("x" * 501) < page.rindex("<textarea")  # it comes first
    assert all(use.reviewed is None for use in await requests.kept.office.find(Sought()))


async def test_who_may_do_it_already_is_told_and_nobody_decides_their_own(client, requests):
    told = await post(client, PETR, "/ask", ASK | WHY, 200)
    assert "Tohle už smíte, žádost zatím nebyla odeslána" in told
    assert "<code>mayors-sign</code>" in told
    assert await requests.kept.office.find(Sought()) == []
    (even_so,) = re.findall(r'name="even_so" value="([^"]+)"', told)
    assert await post(client, PETR, "/ask", ASK | WHY | {"even_so": "budget sign"}, 200)
    await post(client, PETR, "/ask", ASK | WHY | {"even_so": even_so})
    asked = await only(requests)
    assert "už žadatel podle svých rolí smí" in await get(client, EVA, f"/one?name={asked.id}")
    page = await get(client, PETR, f"/one?name={asked.id}")
    assert "Schválit" not in page
    assert "Rozhodne o ní někdo jiný" in page
    refused = await post(client, PETR, "/approve", {"name": asked.id, "note": ""}, 409)
    assert "O vlastní věci nelze rozhodnout" in refused


async def test_whom_the_policies_do_not_let_decide_sees_nothing_of_others(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    requests.kept.refusing |= {Action.SIGN, Action.ADMINISTER}
    page = await get(client, EVA, "/")
    assert "/waiting" not in page
    assert "/reviews" not in page
    await get(client, EVA, "/waiting", 403)
    await get(client, EVA, "/reviews", 403)
    await get(client, EVA, f"/one?name={asked.id}", 404)
    await get(client, EVA, "/one?name=nothing", 404)
    await get(client, JANA, f"/one?name={asked.id}")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"why": " "}, "Chybí důvod"),
        ({"why": "zk"}, "Důvod je příliš krátký"),
        ({"application": "payroll"}, "O tuto aplikaci nelze žádat"),
        ({"administer": "1"}, "Aplikace Spisová služba tuto činnost nemá: správa"),
        ({"administer": "1"}, "Zaškrtněte jen to, co umí: čtení, zápis, podepsání."),
        ({"sign": ""}, "Není vybráno, co chcete v aplikaci dělat"),
        ({"until": "včera"}, "Doba přístupu není správně"),
        ({"until": "2027-02-01T08:00"}, "příliš dlouhou dobu"),
    ],
)
async def test_what_a_form_can_mend_is_shown_in_it_with_what_was_typed(client, requests, changed, words):
    page = await post(client, JANA, "/ask", ASK | {"why": "kontrola <b>spisu</b> ještě dnes"} | changed, 409)
    assert words in page
    assert 'role="alert"' in page
    if "why" not in changed:
        assert "kontrola &lt;b&gt;spisu&lt;/b&gt;" in page
    assert await requests.kept.office.find(Sought()) == []


async def test_a_form_offers_what_applications_have_and_says_which(client):
    page = await get(client, JANA, "/ask")
    offered = re.findall(r'data-applications="([^"]+)"><input type="checkbox" id="action-([a-z]+)"', page)
    assert offered == [
        ("records budget map", "read"),
        ("records budget", "write"),
        ("records budget", "sign"),
    ]
    assert "administer" not in page
    assert page.count('<span class="quiet" data-only>(Spisová služba, Rozpočet)</span>') == 2


async def test_a_refusal_links_to_a_form_that_is_filled_in(client):
    page = await get(client, JANA, "/ask?application=budget&read=1")
    assert 'name="read" value="1" checked' in page
    assert re.search(r'<option value="budget" selected>', page)
    assert 'value="2026-11-23T09:41"' in page  # now, in Prague


async def test_emergency_access_warns_begins_at_once_and_is_reviewed_by_somebody_else(client, requests):
    assert "Jen když nelze čekat na schválení" in await get(client, JANA, "/emergency")
    assert "příliš krátký" in await post(
        client, JANA, "/emergency", {"application": "records", "why": "hoří"}, 409
    )
    urgent = {"application": "records", "why": "hoří radnice, zachraňuji spisy"}
    assert await post(client, JANA, "/emergency", urgent) == "/?done=begun"
    use = await only(requests)
    assert "Nouzový přístup běží" in await get(client, JANA, "/?done=begun")
    assert "Ještě běží" in await get(client, MARTIN, "/reviews")
    assert await post(client, MARTIN, "/end", {"name": use.id}) == "/reviews?done=ended"
    assert "Skončilo to." in await get(client, MARTIN, "/reviews?done=ended")
    review = {"name": use.id, "note": "vše v pořádku"}
    assert "O vlastní věci" in await post(client, JANA, "/review", review, 409)
    assert "Zapsat přezkum" in await get(client, MARTIN, "/reviews")
    assert await post(client, MARTIN, "/review", review) == "/reviews?done=reviewed"
    assert "Na přezkum nic nečeká" in await get(client, MARTIN, "/reviews?done=reviewed")


async def test_a_supplier_asks_for_an_order_that_its_sponsor_confirms_and_ends(client, requests):
    order = ASK | {"sign": "", "read": "1", "why": "oprava sestav příjmů", "sponsor": "mala.eva"}
    assert "fiala.pavel" in await get(client, PAVEL, "/orders/new")
    assert await post(client, PAVEL, "/orders/new", order | {"person": "fiala.pavel"}) == "/orders?done=asked"
    assert requests.kept.entries[-1].code is Code.ORDER_PLACED
    told = await get(client, PAVEL, "/orders?done=asked")
    assert "Dokud ji garant nepotvrdí" in told
    assert "Uvedli-li jste jako garanta sebe" not in told, "a supplier never is one"
    assert "Uvedli-li jste jako garanta sebe" in await get(client, EVA, "/orders?done=asked")
    asked = await only(requests)
    page = await get(client, EVA, f"/one?name={asked.id}")
    assert "Potvrdit zakázku" in page
    assert "Potvrdit zakázku" not in await get(client, PETR, f"/one?name={asked.id}")
    await post(client, EVA, "/approve", {"name": asked.id, "note": ""})
    assert re.search(r"Potvrdil\(a\)</dt><dd>\w.*, <time ", await get(client, EVA, f"/one?name={asked.id}"))
    assert "Ukončit" in await get(client, EVA, "/orders")
    await post(client, EVA, "/end", {"name": asked.id})
    assert (await only(requests)).stage is Stage.WITHDRAWN


async def test_an_officer_places_an_order_for_a_supplier_and_an_unknown_login_is_said_in_the_form(
    client, requests
):
    order = ASK | {"sign": "", "read": "1", "why": "oprava sestav příjmů", "sponsor": "mala.eva"}
    page = await post(client, EVA, "/orders/new", order | {"person": "nikdo"}, 409)
    assert "Tuto osobu adresář nezná" in page
    page = await post(client, EVA, "/orders/new", order | {"person": "fiala.pavel", "why": "Oprava"}, 409)
    assert "Důvod je příliš krátký" in page
    assert await post(client, EVA, "/orders/new", order | {"person": "fiala.pavel"}) == "/orders?done=asked"
    placed = await only(requests)
    assert placed.stage is Stage.WAITING
    assert "čeká na druhou osobu" in await get(client, EVA, "/orders")
    page = await get(client, EVA, f"/one?name={placed.id}")
    assert "Zadal ji sám garant, proto ji musí potvrdit někdo jiný" in page
    assert "Potvrdit zakázku" not in page
    assert "O vlastní věci" in await post(client, EVA, "/approve", {"name": placed.id, "note": ""}, 409)
    assert "Rozhodnout" in await get(client, PETR, "/waiting")
    assert "Potvrdit zakázku" in await get(client, PETR, f"/one?name={placed.id}")
    await post(client, PETR, "/approve", {"name": placed.id, "note": ""})
    assert (await only(requests)).stage is Stage.IN_FORCE


async def test_a_mayor_records_a_deputy_who_ends_it(client, requests):
    deputy = {"role": "mayor", "person": "bily.ivo", "why": "dovolená"} | ASK
    assert await post(client, PETR, "/deputies", deputy) == "/?done=recorded"
    recorded = await only(requests)
    assert "místostarosta" not in await get(client, IVO, "/")
    assert "starosta" in await get(client, IVO, "/")
    page = await get(client, IVO, f"/one?name={recorded.id}")
    assert "Co podle něj zástupce smí</dt><dd>Spisová služba: podepsání" in page
    await post(client, IVO, "/end", {"name": recorded.id})
    assert (await only(requests)).stage is Stage.WITHDRAWN


async def test_a_purpose_is_stated_for_this_sign_in(client, requests):
    stated = {"application": "records", "why": "č. j. 12/2026", "agenda": "A115", "activity_role": "CR22"}
    assert await post(client, JANA, "/purpose", stated) == "/?done=stated"
    assert (await only(requests)).session == signed_in(JANA).sid
    assert requests.kept.entries[-1].code is Code.PURPOSE_STATED
    assert "Kód agendy" in await post(client, JANA, "/purpose", stated | {"agenda": "115"}, 409)


async def test_a_form_of_another_page_does_nothing(client, requests):
    page = await post(client, JANA, "/ask", ASK | WHY, 403, Origin="https://evil.test")
    assert "nepřišel z naší stránky" in page
    assert await requests.kept.office.find(Sought()) == []


async def test_what_was_typed_into_a_request_is_shown_as_text(client, requests):
    await post(client, JANA, "/ask", ASK | {"why": "<script>alert(1)</script> prosím vás"})
    page = await get(client, PETR, f"/one?name={(await only(requests)).id}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize("path", ["/approve", "/refuse", "/end", "/review"])
async def test_the_switch_of_languages_of_a_refused_act_leads_somewhere(client, path):
    await get(client, JANA, path)


@pytest.mark.parametrize(
    "path", ["/", "/ask", "/emergency", "/purpose", "/orders", "/orders/new", "/deputies"]
)
async def test_every_page_speaks_english_too(client, path):
    page = await get(client, JANA, f"{path}?lang=en")
    assert 'lang="en"' in page
    assert "Žádost" not in page


def test_every_reason_has_its_words_in_both_languages():
    assert set(REFUSALS) == set(Why)
    assert all(words.reason == why for why, words in REFUSALS.items())
    for words in TEXTS.values():
        assert len(set(words)) == 4


async def test_whoever_placed_an_order_sees_it_and_its_sponsor_is_led_to_decide(client, requests):
    order = ASK | {
        "application": "map",
        "read": "1",
        "person": PAVEL.login,
        "sponsor": EVA.login,
        "why": "oprava tiskových sestav",
    }
    del order["sign"]
    assert await post(client, PETR, "/orders/new", order) == "/orders?done=asked"
    asked = await only(requests)
    placed, sponsored, worked = [await get(client, who, "/orders") for who in (PETR, EVA, PAVEL)]
    for page in (placed, sponsored, worked):
        assert "čeká na potvrzení garantem" in page
    assert "Rozhodnout" in sponsored
    assert "Vzít zpět" not in sponsored
    assert "Rozhodnout" not in placed + worked
    assert "Musí ji potvrdit její garant" in await get(client, PETR, f"/one?name={asked.id}")
    await post(client, EVA, "/approve", {"name": asked.id, "note": ""})
    assert "Zakázku jste potvrdili" in await get(client, EVA, f"/one?name={asked.id}&done=approved")


async def test_a_form_suggests_colleagues_but_to_a_supplier_nobody(client):
    assert f'<option value="{EVA.login}">' in await get(client, PETR, "/deputies")
    told = await get(client, PAVEL, "/deputies")
    assert '<option value="' + EVA.login not in told
    assert '<option value="' + PETR.login not in told


async def test_a_reviewer_who_reads_the_log_is_led_to_what_was_done_meanwhile(client):
    await post(
        client, JANA, "/emergency", {"application": "records", "why": "hoří radnice, zachraňuji spisy"}
    )
    whose = f"{LOG}/log?person={JANA.subject.replace(':', '%3A')}&amp;"
    shown = await get(client, MARTIN, "/reviews")
    assert f"{whose}application=records&amp;since=2026-11-23T" in shown
    assert f"{whose}code=request.emergency_begun&amp;since=2026-11-23T" in shown
    assert f"{LOG}/log" not in await get(client, PETR, "/reviews")


async def test_the_menu_says_how_much_waits_and_where(client, requests):
    requests.waiting = Waiting(requests=2, orders=1, uses=100)
    page = await get(client, PETR, "/")
    assert _mark(page, "/waiting") == ("3", "na vás čekají 3")
    assert _mark(page, "/orders") == ("1", "na vás čeká 1")
    assert _mark(page, "/reviews") == ("99+", "na vás čeká 99+")


async def test_the_menu_says_nothing_where_nothing_waits(client):
    assert 'class="count"' not in await get(client, PETR, "/")


def _mark(page: str, path: str) -> tuple[str, str]:
    """What is seen, and what is read aloud."""
    found = re.search(
        rf'<a href="{path}"[^>]*>[^<]*<span class="count" aria-hidden="true">([^<]*)</span>'
        r'<span class="visually-hidden">, ([^<]*)</span></a>',
        page,
    )
    assert found is not None
    return found[1], found[2]


async def test_before_an_access_ends_it_is_shown_and_nothing_ends_by_being_asked(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    for path, who in (("/", JANA), (f"/one?name={asked.id}", JANA)):
        page = await get(client, who, path)
        assert 'action="/end"' not in page
        assert f'href="/end?name={asked.id}"' in page
    assert "Vzít tuto žádost zpět?" in await get(client, JANA, f"/end?name={asked.id}")
    await post(client, PETR, "/approve", {"name": asked.id, "note": ""})
    question = await get(client, PETR, f"/end?name={asked.id}")
    assert "Ukončit tento přístup?" in question
    assert "Novakova.Jana" in question
    assert (await only(requests)).stage is Stage.IN_FORCE
    await post(client, PETR, "/end", {"name": asked.id})
    over = await get(client, PETR, f"/end?name={asked.id}")
    assert "Už to skončilo." in over
    assert 'action="/end"' not in over


async def test_whoever_may_not_know_of_an_access_is_not_asked_about_its_end(client, requests):
    await post(client, JANA, "/ask", ASK | WHY)
    asked = await only(requests)
    requests.kept.refusing |= {Action.SIGN, Action.ADMINISTER}
    await get(client, IVO, f"/end?name={asked.id}", status=404)
    await get(client, IVO, "/end?name=", status=404)
    assert "Moje žádosti" in await get(client, IVO, "/end")
