"""The page for whom policies do not let use an application, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium

from config.vocabulary import Language
from idp.http.provider import NotAdmitted
from tests.idp.http.test_account_in_browser import give, served
from tests.rig.browser import LOOKS, faults_in_looks, visit
from tests.rig.provider import GIS_CALLBACK, authorize_path
from tests.rig.sign_in_world import World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real

CLOSED = NotAdmitted(
    "outside_hours",
    {Language.CZECH: "Mimo pracovní dobu", Language.ENGLISH: "Outside working hours"},
    {
        Language.CZECH: "Aplikaci lze otevřít v pracovní dny od 7 do 18 hodin.",
        Language.ENGLISH: "The application is open on working days from 7 to 18 o'clock.",
    },
)


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


async def closed(*_asked: object) -> NotAdmitted:
    return CLOSED


@pytest.mark.parametrize("language", LOOKS)
async def test_the_page_that_says_why_is_accessible_and_leads_to_the_portal(
    browser: Chromium, world: World, tmp_path: Path, language: str
) -> None:
    signed_in, _ = await world.sign_in()
    world.rig.may_use = closed
    async with served(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, locale=language)
        await give(context, origin, signed_in)
        page = await context.new_page()
        answer = await page.goto(origin + authorize_path(client_id="decided", redirect_uri=GIS_CALLBACK))
        assert answer is not None
        assert answer.status == 403
        title = CLOSED.title[Language(language)]
        assert title in await page.title()
        await page.get_by_role("heading", name=title).wait_for()
        button = page.get_by_role("link", name={"cs": "Přejít na portál", "en": "Go to the portal"}[language])
        assert await button.get_attribute("href") == world.rig.provider.start
        assert await faults_in_looks(page, "not-admitted", language) == []
