"""From the log by a bar to fewer entries, from there to what is added; in a real browser, by mouse and by keyboard."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import expect

from gateway.audit.entry import Code, Outcome
from gateway.web.officer import following
from tests.gateway.audit.making import entry
from tests.gateway.web.people import HULIN, NOW
from tests.gateway.web.test_pages_in_browser import window
from tests.rig.browser import screenshot

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


def refused(number):
    return entry(
        number,
        Code.DECISION_REFUSE,
        Outcome.REFUSED,
        at=NOW,
        municipality=HULIN,
        person="novakova",
        reason="role_not_sufficient",
    )


async def test_an_officer_narrows_the_time_by_a_bar_and_follows_what_is_added(browser, site, monkeypatch):
    monkeypatch.setattr(following, "ASKED_EVERY", timedelta(milliseconds=50))
    page = (await window(browser, "admin")).page
    await page.goto(site.address("admin", "/log?person=novakova"))
    bar = page.locator(".chart-links a").first
    await bar.hover()
    await screenshot(page, "log-timeline")
    box = await bar.bounding_box()
    await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await expect(page.locator("#since")).to_have_value("2026-11-23T07:31")
    fewer = await page.locator("tbody a[href^='/log/']").count()
    assert 0 < fewer < 44

    await page.goto(site.address("admin", "/log?person=novakova"))
    await page.get_by_role("link", name="Sledovat živě").click()
    rows = page.locator("[data-rows] > tr")
    await expect(rows).to_have_count(20)
    site.office.log.entries += [refused(1), refused(2)]
    await expect(rows).to_have_count(22)
    await expect(page.locator("[data-said]")).to_contain_text("2 nové záznamy")
    await screenshot(page, "log-followed")

    await page.get_by_role("button", name="Pozastavit").press("Enter")
    resume = page.get_by_role("button", name="Pokračovat")
    await expect(resume).to_be_focused()
    site.office.log.entries += [refused(number) for number in range(30)]
    await expect(rows).to_have_count(22)
    await resume.press("Enter")
    await expect(rows).to_have_count(42)
    await expect(page.locator("[data-said]")).to_contain_text("10 dalších vyhovuje a není zobrazeno")

    site.office.log.entries = [
        replace(one, at=one.at - timedelta(hours=1)) for one in site.office.log.entries
    ]
    await expect(page.locator(".live [data-over]")).to_be_visible()
    await expect(page.get_by_role("button", name="Pozastavit")).to_be_hidden()
    looks = [one for one in site.office.log.entries if one.code is Code.LOG_SEARCHED]
    assert sum(one.details["query"].startswith("page=live") for one in looks) == 1
    await page.context.close()
