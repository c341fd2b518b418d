"""An officer follows the log while somebody works, and draws charts of it; both end with the session."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real


async def test_what_somebody_does_is_seen_as_it_happens_until_the_officer_is_signed_out(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as jana, person(browser) as officer:
        await officer.goto(product.url("admin", "/log"))
        await sign_in(officer, product.account("kucera.martin"))
        await expect(officer.locator("#timeline")).to_be_visible()
        await officer.goto(product.url("admin", "/charts"))
        admitted = officer.get_by_role("img", name=re.compile("Propuštěné požadavky v čase"))
        async with asyncio.timeout(10):
            while not await admitted.count():  # what was just admitted is in the log within a second
                await officer.reload()
        await expect(admitted).to_be_visible()
        await screenshot(officer, "officer-charts")
        await officer.goto(product.url("admin", "/log/live?person=novakova.jana&code=sign_in.completed"))
        rows = officer.locator("[data-rows] > tr")
        before = await rows.count()
        await jana.goto(product.url("portal"))
        await sign_in(jana, product.account("novakova.jana"))
        await expect(rows).to_have_count(before + 1, timeout=15_000)
        await expect(officer.locator("[data-said]")).to_contain_text("1 nový záznam")
        await screenshot(officer, "officer-follows")
        assert product.brana("sessions", "revoke", "--user", "kucera.martin").returncode == 0
        await expect(officer.locator(".live [data-over]")).to_be_visible(timeout=15_000)
    looks = product.entries("--person", "kucera.martin", "--code", "audit.searched")
    opened = [one for one in looks if one["entry"]["details"]["query"].startswith("page=live")]
    assert len(opened) == 1
    assert opened[0]["entry"]["details"]["purpose"] == "routine_supervision"
