"""The pages of access reviews in a real browser: accessible in every look, as wide as the window, without a script."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.access_review.campaign import Choice
from gateway.web.app import make_app
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import assertion_header
from tests.gateway.web.sample import Office
from tests.rig.browser import accessibility_faults, overflow, screenshot
from tests.rig.review_pages import REGIONAL, Given, given
from tests.rig.reviews import CLERKS, EXCEPTED, OFFICERS

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Reviewed:
    given: Given
    address: str


@pytest_asyncio.fixture(loop_scope="session")
async def reviewed(tmp_path) -> AsyncIterator[Reviewed]:
    made, bound = given(tmp_path), socket.create_server(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    desk = Office(origin_port=f":{port}").desk()
    runner = web.AppRunner(make_app(desk, {"policies.brana.test": made.pages(desk)}, {}))
    await runner.setup()
    await web.SockSite(runner, bound, ssl_context=self_signed(tmp_path)).start()
    yield Reviewed(made, f"https://policies.brana.test:{port}")
    await runner.cleanup()
    made.village.database.close()


@pytest.mark.parametrize(("language", "scheme", "width"), [("cs", "light", 1280), ("en", "dark", 390)])
async def test_every_page_is_accessible_and_fits(browser, reviewed, language, scheme, width):
    village = reviewed.given.village
    campaign = village.begun()
    village.decide(campaign, CLERKS, Choice.REMOVE, "Odešla k 1. 11.")
    village.decide(campaign, OFFICERS, Choice.CONFIRM)
    village.decide(campaign, EXCEPTED, Choice.UNCLEAR, "Zeptám se")
    context = await browser.new_context(
        ignore_https_errors=True,
        color_scheme=scheme,
        locale=language,
        viewport={"width": width, "height": 900},
        extra_http_headers=assertion_header(REGIONAL),
    )
    page, found, complaints = await context.new_page(), {}, []
    page.on("console", lambda message: complaints.append(message.text))
    for name, path in (
        ("reviews", ""),
        ("review", f"/{campaign.id}"),
        ("report", f"/{campaign.id}/report"),
        ("open", f"/{campaign.id}?open=1"),
        ("found", f"/{campaign.id}?q=nobody"),
        ("removing", f"/{campaign.id}/remove?number=5"),
    ):
        await page.goto(f"{reviewed.address}/reviews{path}")
        found[name] = [*await accessibility_faults(page), *await overflow(page)]
        await screenshot(page, f"access-{name}-{language}-{scheme}")
    await page.goto(f"{reviewed.address}/reviews/{campaign.id}?open=1")
    await page.get_by_role("button", name={"cs": "Není to jasné", "en": "It is unclear"}[language]).click()
    found["wrong"] = [*await accessibility_faults(page), *await overflow(page)]
    await screenshot(page, f"access-wrong-{language}-{scheme}")
    await context.close()
    assert not any(found.values()), found
    assert complaints == []


async def test_a_village_is_reviewed_by_keyboard_and_without_a_script(browser, reviewed):
    reviewed.given.found = [CLERKS]
    context = await browser.new_context(
        ignore_https_errors=True,
        locale="cs",
        java_script_enabled=False,
        extra_http_headers=assertion_header(REGIONAL),
    )
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await page.goto(f"{reviewed.address}/reviews")
    await page.get_by_role("button", name="Zahájit přezkum", exact=True).press("Enter")
    await page.get_by_role("button", name="Odebrat").press("Enter")
    await page.get_by_role("heading", name="Odebrat toto oprávnění?").wait_for()
    await page.get_by_role("button", name="Odebrat", exact=True).press("Enter")
    await page.get_by_text("1 z 1", exact=True).wait_for()
    assert reviewed.given.reached == [CLERKS.subject]
    await page.get_by_role("link", name="Uzavřít přezkum").press("Enter")
    await page.get_by_role("button", name="Uzavřít přezkum").press("Enter")
    await page.get_by_text("v adresáři stále je").wait_for()
    await context.close()


async def test_several_are_kept_by_keyboard_and_without_a_script(browser, reviewed):
    campaign = reviewed.given.village.begun()
    context = await browser.new_context(
        ignore_https_errors=True,
        locale="cs",
        java_script_enabled=False,
        viewport={"width": 390, "height": 700},
        extra_http_headers=assertion_header(REGIONAL),
    )
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await page.goto(f"{reviewed.address}/reviews/{campaign.id}")
    boxes = await page.get_by_role("checkbox").all()
    for box in boxes[:2]:
        await box.press("Space")
    await screenshot(page, "access-marked-cs-light-390")
    await page.get_by_role("button", name="Ponechat označené").press("Enter")
    await page.get_by_text("Ponecháno: 2.").wait_for()
    assert await page.get_by_role("checkbox").count() == len(boxes) - 2
    await page.get_by_role("button", name="Ponechat – ").first.press("Enter")
    told = page.get_by_text("Vaše rozhodnutí je uloženo.")
    await told.wait_for()
    place = await told.bounding_box()
    assert 0 <= place["y"] < 700, "where one is led to, within the window"
    await screenshot(page, "access-decided-cs-light-390")
    await context.close()
