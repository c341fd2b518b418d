"""A clerk signs in through the region's provider: links it once, comes in by it, sees the link and ends it."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from idp.login.totp import STEP, Secret
from tests.journeys.conftest import person
from tests.rig.browser import accessibility_faults, faults_in_looks, screenshot
from tests.rig.code_generator import code_at
from tests.rig.upstream_product import TITLE, product_with_upstream
from tests.rig.upstream_provider import Wrong

pytestmark = pytest.mark.real
THERE = {"a1": {"name": "Jana N. (kraj)"}, "b2": {"name": "Petr S. (kraj)"}}


def code_of(account: Account, later: int = 0) -> str:
    """The one of now, or so many steps later."""
    return code_at(Secret(account.totp_secret or ""), datetime.now(UTC) + later * timedelta(seconds=STEP))


async def test_a_clerk_links_the_region_s_provider_comes_in_by_it_and_ends_it(tmp_path, browser: Browser):
    async with product_with_upstream(tmp_path) as (product, running):
        running.op.people.update(THERE)
        clerk = next(one for one in product.world.accounts if one.totp_secret and not one.disabled)
        async with person(browser) as page:
            await page.goto(product.addresses.portal)
            await expect(page.get_by_role("link", name=f"Přihlásit se přes {TITLE}")).to_be_visible()
            await screenshot(page, "upstream-sign-in")
            assert await faults_in_looks(page, "upstream-sign-in", "cs") == []
            await page.get_by_role("link", name=f"Přihlásit se přes {TITLE}").click()
            await page.get_by_role("button", name="Jana N. (kraj)").click()
            await expect(page.get_by_role("heading", name="Propojení účtu")).to_be_visible()
            await screenshot(page, "upstream-link")
            assert await faults_in_looks(page, "upstream-link", "cs") == []
            await page.fill("[name=username]", clerk.login)
            await page.fill("[name=password]", clerk.password)
            await page.get_by_role("button", name="Propojit a pokračovat").click()
            await page.fill("[name=code]", code_of(clerk))
            await page.click("main button[type=submit]")
            await page.wait_for_url(lambda url: "://portal." in url)
        async with person(browser) as page:
            await page.goto(f"{product.addresses.issuer}/account")
            await page.get_by_role("link", name=f"Přihlásit se přes {TITLE}").click()
            await page.get_by_role("button", name="Jana N. (kraj)").click()
            await page.fill("[name=code]", code_of(clerk, later=1))
            await page.click("main button[type=submit]")
            await page.wait_for_url(lambda url: url.endswith("/account"))
            section = page.locator("#upstreams")
            await expect(section).to_contain_text("Jana N. (kraj)")
            await expect(page.locator("#sign-ins")).to_contain_text("jiný poskytovatel přihlášení")
            await screenshot(page, "upstream-account")
            assert await accessibility_faults(page) == []
            await section.get_by_role("button", name="Zrušit propojení").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("odhlášen")
        running.op.wrong.add(Wrong.OVERLOADED)
        async with person(browser, locale="en-GB") as page:
            await page.goto(product.addresses.portal)
            await page.fill("[name=username]", "novakova@kraj.test")
            await page.get_by_role("button", name="Continue").click()
            await expect(page.get_by_role("heading", name="Your office signs in elsewhere")).to_be_visible()
            await screenshot(page, "upstream-realm")
            assert await accessibility_faults(page) == []
        with product.state() as state:
            for code in (Code.UPSTREAM_LINKED, Code.SIGN_IN_UPSTREAM_ACCEPTED, Code.UPSTREAM_UNLINKED):
                found = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=10)
                (entry,) = [one.entry for one in found.entries]
                assert entry.person == clerk.login
