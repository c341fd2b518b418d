"""Envoy's own pages, from a real Envoy: they look like ours with nothing but themselves, and lead on."""

import base64
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web

from gateway.envoy.authorization import UNAVAILABLE
from gateway.envoy.local_replies import local_replies
from tests.rig.browser import accessibility_faults, chromium, screenshot
from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
NOWHERE = f"nowhere.{DOMAIN}"
PAGE = ("Accept: text/html",)


async def test_the_page_leads_to_the_portal_and_allows_its_own_style_alone(plane: Plane) -> None:
    answer = await plane.ask("/", host=NOWHERE, headers=PAGE)
    text = answer.body.decode()
    assert answer.status == 421
    assert text.count(f'<a href="https://portal.{DOMAIN}:{plane.port}/">') == 2
    found = re.search(r"<style>(.*)</style>", text, re.DOTALL)
    assert found is not None
    digest = base64.b64encode(sha256(found[1].encode()).digest()).decode()
    policy = answer.value("content-security-policy")
    assert f"default-src 'none'; style-src 'sha256-{digest}';" in policy
    assert "unsafe" not in policy


async def test_no_line_of_czech_ends_behind_a_word_of_one_letter() -> None:
    told = str(local_replies("https://portal.brana.test"))
    pages = re.findall(r"<h1>.*?</p>", told)
    assert len(pages) > 10
    assert "k\\xa0chybě" in told
    assert [page for page in pages if re.search(r"\b[aikosuvz] \w", page)] == []


async def test_the_page_tells_the_time_of_prague(plane: Plane) -> None:
    answer = await plane.ask("/", host=NOWHERE, headers=PAGE)
    text, prague = answer.body.decode(), ZoneInfo("Europe/Prague")
    czech = re.search(r"<dt>Čas</dt><dd>(\d+\. \d+\. \d{4} [\d:]{7,8}) (SEL?)&#268;</dd>", text)
    english = re.search(r"<dt>Time</dt><dd>(\d+ \w+ \d{4}, [\d:]{8}) (CES?T)</dd>", text)
    assert czech is not None, text
    assert english is not None, text
    assert len(czech[2]) == len(english[2]) - 1  # summer time, or not, in both
    for told, form in ((czech[1], "%d. %m. %Y %H:%M:%S"), (english[1], "%d %b %Y, %H:%M:%S")):
        moment = datetime.strptime(told, form).replace(tzinfo=prague)
        assert abs(datetime.now(UTC) - moment) < timedelta(minutes=1)
    assert text.count(f"<dd>{answer.value('x-request-id')}</dd>") == 2
    assert (await plane.logged(answer))["time"].endswith("Z")  # the log of access stays in UTC


async def test_a_page_shows_no_number_that_the_client_gave_itself_in_words_of_html(plane: Plane) -> None:
    """Before Envoy numbers a request it refuses odd paths: until then the number is what the client wrote."""
    said = "X-Request-Id: <script>alert(1)</script>"
    answer = await plane.ask("/odd%2Fpath", headers=(*PAGE, said))
    assert answer.status == 400
    assert b"<script" not in answer.body
    assert answer.body.count(b"</dt><dd>-</dd>") == 2


async def test_a_page_about_what_passes_leads_back_to_the_same_address(plane: Plane) -> None:
    cookie = plane.cookie(application="gone")
    away = (await plane.ask("/", host=f"gone.{DOMAIN}", cookie=cookie, headers=PAGE)).body.decode()
    nowhere = (await plane.ask("/", host=NOWHERE, headers=PAGE)).body.decode()
    for words in ("Zkusit znovu", "Try again"):
        assert away.count(f'<a href="">{words}</a>') == 1
        assert words not in nowhere


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_the_page_is_styled_and_accessible_in_a_browser(plane: Plane, scheme: str, width: int) -> None:
    async with chromium() as browser:
        context = await browser.new_context(
            ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": 844}
        )
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(f"https://{NOWHERE}:{plane.port}/")
        await screenshot(page, f"envoy-421-{scheme}-{width}")
        assert await accessibility_faults(page) == []
        colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert colour == {"light": "rgb(246, 246, 246)", "dark": "rgb(1, 4, 9)"}[scheme]
        assert [text for text in complaints if "status of 421" not in text and "favicon" not in text] == []


GRPC = ("Content-Type: application/grpc",)


async def grpc_status(plane: Plane, host: str, path: str = "/", **asked: str) -> tuple[int, str, str, str]:
    """HTTP status, gRPC's, its message and our reason."""
    answer = await plane.ask(path, host=f"{host}.{DOMAIN}", method="POST", headers=GRPC, **asked)
    assert answer.body == b""
    said = (
        answer.value("grpc-status"),
        unquote(answer.value("grpc-message")),
        answer.value("x-brana-reason"),
    )
    return answer.status, *said


@pytest.mark.parametrize(("status", "grpc"), [(401, "16"), (403, "7"), (UNAVAILABLE, "14")])
async def test_a_refusal_becomes_a_status_of_grpc_with_its_own_words(
    plane: Plane, status: int, grpc: str
) -> None:
    plane.forget()
    refusal = {"x-brana-reason": "not_permitted"}
    plane.decision.answer = lambda _: web.Response(status=status, text="Nesmíte.", headers=refusal)
    assert await grpc_status(plane, "files") == (200, grpc, "Nesmíte.", "not_permitted")


async def test_envoys_own_answers_are_statuses_of_grpc_too(plane: Plane) -> None:
    plane.forget()
    status, grpc, message, reason = await grpc_status(plane, "gone", cookie=plane.cookie(application="gone"))
    assert (status, grpc, reason) == (200, "14", "unavailable")
    assert message.startswith("Služba není dostupná. The service is not available. (unavailable, ")
    *said, reason = await grpc_status(plane, "register-588296", "/closed")
    assert (said[:2], reason) == ([200, "12"], "page_unknown")
