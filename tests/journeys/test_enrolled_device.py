"""Somebody at an enrolled machine of the office: a real Chromium, which shows the machine's certificate by itself."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from agents.protocol.facts import Fact, FactName
from gateway.audit.entry import Code
from gateway.demo.start import DOMAIN
from gateway.demo.world import Account
from tests.attacks.test_device_certificates import needs_a_device
from tests.attacks.test_suspensions import WITHIN
from tests.gateway.devices.agent import IN_ORDER
from tests.rig.attacked import Ground, attacked
from tests.rig.browser import faults_in_looks
from tests.rig.enrolled_browser import THERE, enrolled_browser
from tests.rig.machines import machine

pytestmark = [
    pytest.mark.real,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not THERE, reason="no Chromium that reads policies, or no libnss3-tools"),
]
WORSE = IN_ORDER | {FactName.DISK_ENCRYPTED: Fact(False, "lsblk: none")}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with attacked(tmp_path_factory.mktemp("j")) as made:
        yield made


async def signed_in(ground: Ground, browser: BrowserContext, who: Account) -> Page:
    page = await browser.new_page()
    await page.goto(needs_a_device(ground))
    await page.fill('[name="username"]', who.login)
    await page.fill('[name="password"]', who.password)
    await page.keyboard.press("Enter")
    await page.fill('[name="code"]', ground.code(who))
    await page.keyboard.press("Enter")
    return page


async def test_the_machine_is_known_by_its_certificate_and_what_is_amiss_with_it_closes_the_door(
    ground: Ground, tmp_path: Path
) -> None:
    mine, who = await machine(ground.product, ground.state), ground.somebody()
    await mine.report()
    async with enrolled_browser(tmp_path, mine, DOMAIN) as browser:
        page = await signed_in(ground, browser, who)
        await expect(page.locator("body")).to_have_text("hello")
        [told, *_] = await ground.entries(at_least=1, codes=(Code.DECISION_PERMIT,), person=who.login)
        assert told.details["device"] == mine.id

        begun = time.monotonic()
        await mine.report(WORSE)
        while not await page.locator("h1").count():
            await page.reload()
            assert time.monotonic() - begun < WITHIN
        await expect(page.locator("h1")).to_have_text("Zařízení není v pořádku")
        assert await faults_in_looks(page, "device-not-in-order", "cs") == []
        await mine.report()
        await page.reload()
        await expect(page.locator("body")).to_have_text("hello")


async def test_a_machine_without_an_agent_is_asked_nothing_and_is_no_device(
    ground: Ground, tmp_path: Path
) -> None:
    async with enrolled_browser(tmp_path, None, DOMAIN) as browser:
        page = await signed_in(ground, browser, ground.somebody())
        await expect(page.locator("h1")).to_have_text("Zařízení není v pořádku")


async def test_the_portal_tells_what_the_machine_keeps_closed_and_how_that_is_mended(
    ground: Ground, tmp_path: Path
) -> None:
    who = ground.somebody()
    mine = await machine(ground.product, ground.state, who.subject)
    await mine.report()
    async with enrolled_browser(tmp_path, mine, DOMAIN) as browser:
        page = await signed_in(ground, browser, who)
        await expect(page.locator("body")).to_have_text("hello")
        await page.goto(f"{ground.portal}/devices/own/{mine.id}")
        shown, closed = page.locator("main"), "Co se kvůli němu neotevře"
        await expect(shown).to_contain_text("v provozu")
        await expect(shown).not_to_contain_text(closed)
        await mine.report(WORSE)
        await page.reload()
        await expect(page.locator('section[aria-labelledby="closed"]')).to_contain_text("Šifrování disku")
        await expect(shown).to_contain_text("Šifrování disku: ano → ne")
        await mine.report()
        await page.reload()
        await expect(shown).not_to_contain_text(closed)
        await expect(shown).to_contain_text("Šifrování disku: ne → ano")
