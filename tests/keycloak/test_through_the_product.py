"""The whole product with a Keycloak in front of it: people come in through it, and go when it says so."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from idp.login.totp import Secret
from tests.journeys.conftest import person
from tests.rig.browser import screenshot
from tests.rig.code_generator import code_at
from tests.rig.keycloak_product import NAME, TITLE, Office
from tests.rig.keycloak_sign_in import by_code, by_password, first_factor, next_code

pytestmark = [
    pytest.mark.real,
    pytest.mark.keycloak,
    # python-keycloak makes a client of httpx beside the one that it uses, with a file that httpx wants otherwise
    pytest.mark.filterwarnings("ignore:`verify=<str>` is deprecated:DeprecationWarning"),
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]
TOLD_WITHIN = 2.0  # seconds from the end of a session there to the end of ours


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def started(provisioned: Office) -> AsyncIterator[Office]:
    await provisioned.product.start()
    yield provisioned
    await provisioned.product.stop()


async def entries(office: Office, code: Code) -> list[Entry]:
    with office.product.state() as state:
        page = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=100)
        return [one.entry for one in page.entries]


async def chosen(page: Page) -> None:
    await page.get_by_role("link", name=f"Přihlásit se přes {TITLE}").click()


async def linked(page: Page, account: Account, secret: str) -> None:
    """By both factors there once more, and here by the password and the second factor, as each identity is once."""
    await page.get_by_role("link", name="ještě jednou a propojit").click()
    await page.fill("#password", account.password)  # it knows whose session it asks anew about
    await page.click("#kc-login")
    await by_code(page, await next_code(page, secret))
    await expect(page.get_by_role("heading", name="Propojení účtu")).to_be_visible()
    await page.fill("[name=username]", account.login)
    await page.fill("[name=password]", account.password)
    await page.get_by_role("button", name="Propojit a pokračovat").click()
    await page.fill("[name=code]", code_at(Secret(account.totp_secret or ""), datetime.now(UTC)))
    await page.click("main button[type=submit]")


async def test_a_clerk_comes_in_by_keycloak_s_two_factors_and_is_out_when_the_session_there_ends(
    started: Office, browser: Browser
):
    office = started
    account = [one for one in office.product.world.accounts if one.totp_secret and not one.disabled][1]
    page_of_account = f"{office.product.addresses.issuer}/account"
    async with person(browser) as page:
        await page.goto(office.product.addresses.portal)
        await chosen(page)
        await by_password(page, account)
        secret = await first_factor(page)
        await linked(page, account, secret)
        await page.wait_for_url(lambda url: "://portal." in url)
    async with person(browser) as page:
        await page.goto(page_of_account)
        await chosen(page)
        await by_password(page, account)
        await by_code(page, await next_code(page, secret))
        await page.wait_for_url(
            page_of_account
        )  # no second factor of ours: its `acr` says that one was shown
        await expect(page.locator("#sign-ins")).to_contain_text("jiný poskytovatel přihlášení")
        await screenshot(page, "keycloak-account")
        [accepted, *_] = await entries(office, Code.SIGN_IN_UPSTREAM_ACCEPTED)
        assert (accepted.person, accepted.details["upstream"]) == (account.login, NAME)
        admin = office.admin()
        [there] = admin.get_users({"username": account.login, "exact": True})
        begun = time.monotonic()
        await asyncio.to_thread(admin.user_logout, there["id"])
        while not await entries(office, Code.UPSTREAM_SIGNED_OUT):
            assert time.monotonic() - begun < TOLD_WITHIN, "the end of the session was not told"
            await asyncio.sleep(0.05)
        await page.goto(page_of_account)
        await expect(page.get_by_role("link", name=f"Přihlásit se přes {TITLE}")).to_be_visible()
