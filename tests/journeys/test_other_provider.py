"""A clerk signs in through the region's provider: links it once, comes in by it, sees the link and ends it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from idp.login.totp import STEP, Secret
from tests.journeys.conftest import person
from tests.rig.browser import accessibility_faults, faults_in_looks, screenshot
from tests.rig.code_generator import code_at
from tests.rig.upstream_product import TITLE, product_with_upstream

pytestmark = pytest.mark.real
THERE = {"a1": {"name": "Jana N. (kraj)"}, "b2": {"name": "Petr S. (kraj)"}}


def code_of(account: Account, later: int = 0) -> str:
    """The one of now, or so many steps later."""
    return code_at(Secret(account.totp_secret or ""), datetime.now(UTC) + later * timedelta(seconds=STEP))


async def next_code_of(account: Account) -> str:
    """After the two that were used."""
    used = code_of(account, later=1)
    while used in {code_of(account), code_of(account, later=1)}:
        await asyncio.sleep(1)
    return code_of(account)


async def at_provider(page: Page) -> None:
    """From the sign-in page through the other provider, as Jana."""
    await page.get_by_role("link", name=f"Přihlásit se přes {TITLE}").click()
    await page.get_by_role("button", name="Jana N. (kraj)").click()


async def by_password(page: Page, clerk: Account, button: str) -> None:
    await page.fill("[name=username]", clerk.login)
    await page.fill("[name=password]", clerk.password)
    await page.get_by_role("button", name=button).click()


async def confirmed(page: Page, code: str) -> None:
    await page.fill("[name=code]", code)
    await page.click("main button[type=submit]")


async def signed_out_of_the_provider(page: Page) -> None:
    await page.get_by_role("link", name="Portál").click()
    await page.get_by_role("button", name="Odhlásit se").click()
    out = page.get_by_role("link", name=f"Odhlásit se i zde: {TITLE}")
    await expect(out).to_be_visible()
    await screenshot(page, "upstream-signed-out")
    assert await accessibility_faults(page) == []
    await out.click()
    await page.get_by_role("button", name="Ano, odhlásit").click()
    await expect(page.get_by_role("heading", name="Jste odhlášeni")).to_be_visible()


async def led_by_the_realm(page: Page) -> None:
    await page.fill("[name=username]", "novakova@kraj.test")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Your office signs in elsewhere")).to_be_visible()
    await screenshot(page, "upstream-realm")
    assert await accessibility_faults(page) == []


async def test_a_clerk_links_the_region_s_provider_comes_in_by_it_and_ends_it(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser
):
    async with product_with_upstream(tmp_path_factory.mktemp("o")) as (product, running):
        running.op.people.update(THERE)
        account = f"{product.addresses.issuer}/account"
        clerk = next(one for one in product.world.accounts if one.totp_secret and not one.disabled)
        async with person(browser) as page:
            await page.goto(product.addresses.portal)
            assert await faults_in_looks(page, "upstream-sign-in", "cs") == []
            await at_provider(page)
            await expect(page.get_by_text("S žádným účtem úřadu to zatím není propojené")).to_be_visible()
            assert await faults_in_looks(page, "upstream-not-linked", "cs") == []
            await page.get_by_role("link", name="ještě jednou a propojit").click()
            await page.get_by_role("button", name="Jana N. (kraj)").click()
            await expect(page.get_by_role("heading", name="Propojení účtu")).to_be_visible()
            assert await faults_in_looks(page, "upstream-link", "cs") == []
            await by_password(page, clerk, "Propojit a pokračovat")
            await confirmed(page, code_of(clerk))
            await page.wait_for_url(lambda url: "://portal." in url)
            await page.get_by_role("button", name="Odhlásit se").click()
            await expect(page.get_by_role("heading", name="Jste odhlášeni")).to_be_visible()
            await expect(page.get_by_text(TITLE)).to_have_count(0)  # that sign-in was by the password
        async with person(browser) as page:
            await page.goto(account)
            await at_provider(page)
            await confirmed(page, code_of(clerk, later=1))
            await page.wait_for_url(lambda url: url.endswith("/account"))
            await expect(page.locator("#upstreams")).to_contain_text("Jana N. (kraj)")
            await expect(page.locator("#sign-ins")).to_contain_text("jiný poskytovatel přihlášení")
            await screenshot(page, "upstream-account")
            assert await accessibility_faults(page) == []
            await signed_out_of_the_provider(page)
            await page.goto(account)
            await by_password(page, clerk, "Pokračovat")
            await confirmed(page, await next_code_of(clerk))
            await page.locator("#upstreams").get_by_role("button", name="Zrušit propojení").click()
            await expect(page.locator("#upstreams")).to_contain_text("Propojení bylo zrušeno")
        async with person(browser, locale="en-GB") as page:
            await page.goto(product.addresses.portal)
            await led_by_the_realm(page)
        with product.state() as state:
            for code in (Code.UPSTREAM_LINKED, Code.SIGN_IN_UPSTREAM_ACCEPTED, Code.UPSTREAM_UNLINKED):
                found = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=10)
                (entry,) = [one.entry for one in found.entries]
                assert entry.person == clerk.login
