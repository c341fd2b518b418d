"""The product with the applications of `docs/connecting.md`, and people in browsers who use them."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from gateway.audit.entry import Code
from gateway.commands.sessions import end_sessions
from tests.rig.connected import Connected, connected
from tests.rig.demo import Account

TWO_FACTORS, KEY = "urn:brana:acr:two-factors", "urn:brana:acr:phishing-resistant"
HOUR = timedelta(hours=1)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def there(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Connected]:
    async with connected(tmp_path_factory.mktemp("p")) as running:
        yield running


def account_of(there: Connected, login: str) -> Account:
    known = there.product.account(login)
    fields = {name: getattr(known, name, None) for name in Account.__dataclass_fields__}
    return Account(**fields | {"database": there.product.settings.state.directory / "brana.db"})


async def told(page: Page) -> Any:
    """The JSON that the page is."""
    return json.loads(await page.inner_text("body"))


async def adds_a_key(there: Connected, page: Page, account: Account) -> None:
    """Whoever is signed in adds one, and a day passes: from then on it counts in full."""
    await page.goto(f"{there.product.addresses.issuer}/account/authenticators/new?by=key")
    await page.fill("[name=name]", "Notebook")
    await page.click("form[data-key] button")
    await page.get_by_role("heading", name="Notebook").wait_for()
    changed(account, "UPDATE authenticator SET level_at_first = NULL, counts_from = NULL WHERE subject = ?")


def an_hour_passes(account: Account) -> None:
    """Since the factors were shown."""
    earlier = int(HOUR.total_seconds()) * 1_000_000
    changed(account, f"UPDATE provider_session SET auth_time = auth_time - {earlier} WHERE subject = ?")


def changed(account: Account, statement: str) -> None:
    with closing(sqlite3.connect(account.database)) as database, database:
        assert database.execute(statement, [account.subject]).rowcount > 0


async def is_put_out(there: Connected, account: Account) -> None:
    """As by an officer: no browser takes part in it."""
    with there.product.state() as state:
        await end_sessions(state, await state.sessions.open_of([account.subject]), "cli:test")


async def nothing_is_left(page: Page, url: str, before: Sequence[Any]) -> None:
    """Whoever has all cookies from before the sign-out is a stranger too, at the application and at the provider."""
    await page.context.clear_cookies()
    await page.context.add_cookies(before)
    await page.goto(url)
    assert "://login." in page.url
    assert await page.locator("[name=username]").is_editable()


async def heard(there: Connected, session: str, clients: Collection[str]) -> None:
    """Each of the applications takes the word of the end of that sign-in."""
    async with asyncio.timeout(20):
        while True:
            told = await there.entries(Code.SIGN_OUT_TOLD, session=session)
            if {one.application for one in told} >= set(clients):
                return
            await asyncio.sleep(0.05)
