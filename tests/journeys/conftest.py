"""One running demo and one browser for all journeys; every person is a browser context of their own."""

import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest
from playwright.async_api import Browser, Page
from playwright.async_api import TimeoutError as WaitedTooLong

from tests.rig.demo import Account, Demo, demo


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@asynccontextmanager
async def person(browser: Browser, locale: str = "cs-CZ", **options: object) -> AsyncIterator[Page]:
    context = await browser.new_context(ignore_https_errors=True, locale=locale, **options)
    try:
        yield await context.new_page()
    finally:
        await context.close()


USED: dict[Account, int] = {}


async def sign_in(page: Page, account: Account) -> None:
    """From the sign-in page to where the person was going."""
    if await page.locator("[name=username]").is_editable():  # not where the same person confirms
        await page.fill("[name=username]", account.login)
    await page.fill("[name=password]", account.password)
    await page.click("main form:not([data-key]) button[type=submit]")
    await page.fill("[name=code]", next_code(account))
    await page.click("main button[type=submit]")
    try:
        await page.wait_for_url(lambda url: "://login." not in url)
    except WaitedTooLong:  # what the page says is the cause
        raise AssertionError(
            f"{account.login} is still at {page.url}: {await page.inner_text('main')}"
        ) from None


def next_code(account: Account) -> str:
    """A one-time code that was not used yet (the product accepts one step into the future)."""
    step = int(time.time()) // 30
    last = USED.get(account, 0)
    if last > step:
        two_steps_pass(account)
    elif last == step:
        step += 1
    USED[account] = step
    return account.code(step * 30)


def two_steps_pass(account: Account) -> None:
    """What the product remembers of codes is a minute older: nobody waits for the next ones."""
    of_theirs = "authenticator IN (SELECT id FROM authenticator WHERE subject = ?)"
    with closing(sqlite3.connect(account.database)) as database, database:
        database.execute(
            f"UPDATE one_time_code SET counter = counter - 2 WHERE {of_theirs}",
            [account.subject],
        )
