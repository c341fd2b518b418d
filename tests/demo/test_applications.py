import json
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiohttp import ClientSession, WSMsgType
from joserfc import jwt
from joserfc.jwk import OctKey

from config.vocabulary import ApplicationId, Language
from gateway.demo.applications.budget import bars, chapters
from gateway.demo.applications.places import HEIGHT, WIDTH, positions
from gateway.demo.applications.shell import moment
from gateway.demo.applications.vehicles import sightings
from tests.rig.demo_world import Demo, Signer, demo, world

__all__ = ["demo", "world"]
pytestmark = pytest.mark.real

ALL = ["records", "budget", "map"]
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def address(demo: Demo, application: str, path: str = "/") -> str:
    return demo.running.applications[ApplicationId(application)] + path


@pytest.mark.parametrize("application", ALL)
async def test_a_page_says_who_is_signed_in_and_for_which_municipality(
    demo: Demo, browser: ClientSession, application: str
):
    headers = demo.signer.headers(application)
    async with browser.get(address(demo, application), headers=headers) as answer:
        text = await answer.text()
        assert answer.status == 200
        assert 'lang="cs"' in text
        assert "Jana Nováková" in text
        assert "Hulín" in text
        assert "matrikářka" in text
        assert "https://portal.brana.localhost:8443/" in text
        assert "'unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"style=|<style|onclick|<script(?! src)|https?://(?!portal)", text)


@pytest.mark.parametrize("application", ALL)
@pytest.mark.parametrize(
    "wish", [{"params": {"lang": "en"}}, {"headers": {"Accept-Language": "en-GB,cs;q=0.5"}}]
)
async def test_english_is_there_for_who_asks(
    demo: Demo, browser: ClientSession, application: str, wish: dict
):
    headers = demo.signer.headers(application) | wish.get("headers", {})
    async with browser.get(address(demo, application), headers=headers, params=wish.get("params")) as answer:
        text = await answer.text()
    assert 'lang="en"' in text
    assert "registrar" in text


NOW = int(datetime.now(UTC).timestamp())
BAD = {
    "another audience": {"aud": "portal"},
    "a list of audiences": {"aud": ["records", "budget", "map"]},
    "expired": {"iat": NOW - 600, "exp": NOW - 300},
    "without an end": {"exp": None},
    "from the future": {"iat": NOW + 86_400, "exp": NOW + 86_700},
    "another issuer": {"iss": "https://evil"},
    "without municipality": {"municipality": None},
    "empty municipality": {"municipality": ""},
    "municipality as a list": {"municipality": ["588491"]},
    "without subject": {"sub": None},
}


@pytest.mark.parametrize("application", ALL)
@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
async def test_an_assertion_that_is_not_for_this_application_now_is_refused(
    demo: Demo, browser: ClientSession, application: str, changes: dict
):
    headers = demo.signer.headers(application, **changes)
    async with browser.get(address(demo, application), headers=headers) as answer:
        assert answer.status == 401
        assert "Jana Nováková" not in await answer.text()


@pytest.mark.parametrize("application", ALL)
async def test_no_or_forged_assertions_are_refused(demo: Demo, browser: ClientSession, application: str):
    good = demo.signer.headers(application)["x-brana-assertion"]
    head, body, signature = good.split(".")
    public = OctKey.import_key(json.dumps(json.loads(demo.keys.read_text())["keys"][0]).encode())
    claims = {"aud": application, "exp": NOW + 300, "municipality": "588491"}
    forged = {
        "none": "",
        "text": "nonsense",
        "huge": "a" * 8000,
        "another key": Signer().headers(application)["x-brana-assertion"],
        "cut": f"{head}.{body}.",
        "alg none": f"eyJhbGciOiJub25lIn0.{body}.",
        "public key as a secret": jwt.encode({"alg": "HS256"}, claims, public, algorithms=["HS256"]),
        "changed": f"{head}.{body[:-2]}AA.{signature}",
    }
    for what, token in forged.items():
        async with browser.get(address(demo, application), headers={"x-brana-assertion": token}) as answer:
            assert answer.status == 401, what
    async with browser.get(address(demo, application)) as answer:
        assert answer.status == 401


async def test_a_rotated_key_is_taken_from_the_changed_file(demo: Demo, browser: ClientSession):
    other = Signer()
    other.publish(demo.keys)
    try:
        async with browser.get(address(demo, "budget"), headers=other.headers("budget")) as answer:
            assert answer.status == 200
        async with browser.get(address(demo, "budget"), headers=demo.signer.headers("budget")) as answer:
            assert answer.status == 401
    finally:
        demo.signer.publish(demo.keys)


async def test_a_document_is_registered_opened_and_signed_in_its_own_municipality(
    demo: Demo, browser: ClientSession
):
    headers = demo.signer.headers("records") | SAME_ORIGIN
    form = {"subject": "Žádost <b>o&nbsp;lavičku</b>", "sender": 'O\'Malý "Jan"', "text": "Prosím."}
    async with browser.post(address(demo, "records", "/documents"), headers=headers, data=form) as answer:
        text = await answer.text()
        assert answer.status == 200
        number = int(answer.url.path.rpartition("/")[2])
    assert "<b>" not in text
    assert "&lt;b&gt;" in text
    async with browser.post(address(demo, "records", f"/sign/{number}"), headers=headers) as answer:
        signed = await answer.text()
    assert "podepsáno" in signed
    assert re.search(r"Jana Nováková, \d+\.\xa0\d+\.\xa0\d{4} v\xa0\d+:\d\d<", signed)
    async with browser.get(address(demo, "records"), headers=headers, params={"q": "lavičku"}) as answer:
        assert (await answer.text()).count("/document/") == 1


@pytest.mark.parametrize(
    ("at", "czech", "english"),
    [
        (datetime(2026, 11, 23, 23, 5, tzinfo=UTC), "24.\xa011.\xa02026 v\xa00:05", "2026-11-24 at\xa00:05"),
        (datetime(2026, 7, 1, 9, 41, tzinfo=UTC), "1.\xa07.\xa02026 v\xa011:41", "2026-07-01 at\xa011:41"),
    ],
)
def test_a_signature_is_dated_in_prague(at: datetime, czech: str, english: str):
    assert (moment(at, Language.CZECH), moment(at, Language.ENGLISH)) == (czech, english)


@pytest.mark.parametrize(("code", "office"), [("588491", "MěÚ"), ("588296", "MěÚ"), ("588628", "OÚ")])
async def test_a_reference_begins_with_the_office_of_a_town_or_of_a_village(
    demo: Demo, browser: ClientSession, code: str, office: str
):
    async with browser.get(address(demo, "records"), headers=demo.signer.headers("records", code)) as answer:
        references = re.findall(r'class="number"[^>]*>(\S+) \d{6}/', await answer.text())
    assert set(references) == {office}


async def test_documents_of_another_municipality_do_not_exist(demo: Demo, browser: ClientSession):
    own, other = (demo.signer.headers("records", code) | SAME_ORIGIN for code in ("588491", "588296"))
    async with browser.get(address(demo, "records"), headers=own) as answer:
        numbers = re.findall(r"/document/(\d+)", await answer.text())
    async with browser.get(address(demo, "records"), headers=other) as answer:
        assert not set(numbers) & set(re.findall(r"/document/(\d+)", await answer.text()))
    assert len(numbers) >= 8
    oldest = numbers[-1]
    for path in (f"/document/{oldest}", "/document/999999999", "/document/999999999999999999"):
        async with browser.get(address(demo, "records", path), headers=other) as answer:
            assert answer.status == 404
    async with browser.post(address(demo, "records", f"/sign/{oldest}"), headers=other) as answer:
        assert answer.status == 404
    async with browser.get(address(demo, "records", f"/document/{oldest}"), headers=own) as answer:
        assert "čeká na podpis" in await answer.text()


@pytest.mark.parametrize(
    ("actions", "method", "path"),
    [
        (["read"], "POST", "/documents"),
        (["read"], "GET", "/new"),
        (["read", "write"], "POST", "/sign/1"),
        (["write"], "GET", "/"),
    ],
)
async def test_an_action_the_gateway_did_not_name_is_refused(
    demo: Demo, browser: ClientSession, actions: list[str], method: str, path: str
):
    headers = demo.signer.headers("records", actions=actions) | SAME_ORIGIN
    async with browser.request(method, address(demo, "records", path), headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    "origin", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil"}]
)
async def test_a_form_of_another_site_changes_nothing(
    demo: Demo, browser: ClientSession, origin: dict[str, str]
):
    headers = demo.signer.headers("records") | origin
    form = {"subject": "podvrh", "sender": "podvrh"}
    async with browser.post(address(demo, "records", "/documents"), headers=headers, data=form) as answer:
        assert answer.status == 403
    async with browser.get(
        address(demo, "records"), headers=demo.signer.headers("records"), params={"q": "podvrh"}
    ) as answer:
        assert "/document/" not in await answer.text()


@pytest.mark.parametrize(
    "form", [{}, {"subject": "a"}, {"subject": " ", "sender": "b"}, {"subject": "a" * 201, "sender": "b"}]
)
async def test_an_incomplete_form_is_given_back(demo: Demo, browser: ClientSession, form: dict[str, str]):
    headers = demo.signer.headers("records") | SAME_ORIGIN
    async with browser.post(address(demo, "records", "/documents"), headers=headers, data=form) as answer:
        assert answer.status == 422
        assert 'role="alert"' in await answer.text()


async def test_the_search_takes_its_words_as_they_are(demo: Demo, browser: ClientSession):
    for q in ("%", "_", "\\", "' OR 1=1 --"):
        async with browser.get(
            address(demo, "records"), headers=demo.signer.headers("records", "588628"), params={"q": q}
        ) as answer:
            assert "/document/" not in await answer.text()


async def test_the_budget_has_a_chart_and_the_same_figures_in_a_table(demo: Demo, browser: ClientSession):
    async with browser.get(address(demo, "budget"), headers=demo.signer.headers("budget")) as answer:
        hulin = await answer.text()
    async with browser.get(
        address(demo, "budget"), headers=demo.signer.headers("budget", "588628")
    ) as answer:
        village = await answer.text()
    assert hulin != village
    income, expenses = chapters("588491")
    assert hulin.count('class="actual"') == len(income) + len(expenses)
    assert f"{income[0].planned:,}".replace(",", "\u00a0") in hulin


def test_bars_fit_the_chart_for_every_budget():
    for code in ("588296", "588628", "000000"):
        for lines in chapters(code):
            assert all(0 < bar.width <= 450 and 0 < bar.planned_width <= 450 for bar in bars(lines))


async def test_the_feed_moves_the_vehicles_each_second(demo: Demo, browser: ClientSession):
    headers = demo.signer.headers("map") | SAME_ORIGIN
    async with browser.ws_connect(address(demo, "map", "/feed"), headers=headers) as feed:
        began = time.monotonic()
        first, second = [json.loads((await feed.receive(5)).data) for _ in range(2)]
        assert 0.7 < time.monotonic() - began < 3
    assert len(first["vehicles"]) == 6
    assert [one["x"] for one in first["vehicles"]] != [one["x"] for one in second["vehicles"]]


async def test_the_feed_outlives_the_assertion_it_began_with(demo: Demo, browser: ClientSession):
    headers = demo.signer.headers("map", exp=int(datetime.now(UTC).timestamp()) + 1)
    async with browser.ws_connect(address(demo, "map", "/feed"), headers=headers | SAME_ORIGIN) as feed:
        for _ in range(3):
            assert (await feed.receive(5)).type is WSMsgType.TEXT


async def test_the_feed_takes_no_other_sites(demo: Demo, browser: ClientSession):
    for refused in (
        {},
        demo.signer.headers("map") | {"Origin": "https://evil"},
        demo.signer.headers("budget"),
    ):
        async with browser.get(
            address(demo, "map", "/feed"), headers=refused | {"Connection": "Upgrade", "Upgrade": "websocket"}
        ) as answer:
            assert answer.status in {401, 403}


def test_every_municipality_of_any_district_has_its_place_on_the_map(demo: Demo):
    codes = [f"{number:06}" for number in range(79)] + ["588491"]
    places = positions(codes)
    assert len(set(places.values())) == 80
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places.values())
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert sightings(places, now) == sightings(places, now)
    assert all(0 <= one.x <= WIDTH and 0 <= one.y <= HEIGHT for one in sightings(places, now))
