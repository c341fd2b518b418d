"""A form whose sign-in ended in the middle or does not suffice: what was typed waits in its page for a click."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import accessibility_faults, overflow, screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
HULIN = "spisovka-588491"
TEXT = "Dobrý den,\nžádám o pronájem sálu č. 2 na úterý & středu <příští týden>.\n\nDěkuji."


@dataclass(frozen=True, slots=True)
class Words:
    locale: str
    title: str
    elsewhere: str
    signed_in: str
    send: str
    what: str
    sign_out: str


CZECH = Words(
    "cs-CZ", "Váš formulář není ztracený", "Přihlásit se v jiném okně", "Jste přihlášeni", "Odeslat formulář",
    "Co se odešle", "Odhlásit",
)  # fmt: skip
ENGLISH = Words(
    "en-GB", "Your form is not lost", "Sign in in another window", "You are signed in", "Send the form now",
    "What will be sent", "Sign out",
)  # fmt: skip
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@asynccontextmanager
async def sent_too_late(
    browser: Browser, product: Demo, login: str, words: Words, **options: object
) -> AsyncIterator[Page]:
    """The page that holds the form; its person was signed out in another tab before sending it."""
    async with person(browser, words.locale, **options) as page:
        await page.goto(product.url(HULIN, "/new"))
        await sign_in(page, product.account(login))
        await page.fill("[name=subject]", "Pronájem sálu")
        await page.fill("[name=sender]", "Josef Malý")
        await page.fill("[name=text]", TEXT)
        other = await page.context.new_page()
        await other.goto(product.url("portal"))
        async with other.expect_navigation():  # closed on its way Chromium may never say that it is
            await other.get_by_role("button", name=words.sign_out).first.click()
        await other.close()
        await page.bring_to_front()
        await page.locator("main form button").first.click()
        await expect(page.get_by_role("heading", name=words.title)).to_be_visible()
        yield page


async def signed_in_elsewhere(page: Page, product: Demo, login: str, words: Words) -> None:
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name=words.elsewhere).click()
    window = await opened.value
    await sign_in(window, product.account(login))
    await expect(window.get_by_role("heading", name=words.signed_in)).to_be_visible()
    await screenshot(window, f"form-back-{words.locale}")
    assert await accessibility_faults(window) == []
    await window.close()


@pytest.mark.parametrize(
    ("login", "words", "options"),
    [("novakova.jana", CZECH, {}), ("novakova.jana", ENGLISH, PHONE)],
    ids=["czech", "english-phone-dark"],
)
async def test_what_was_typed_is_sent_after_signing_in_again(
    browser: Browser, product: Demo, login: str, words: Words, options: dict[str, object]
) -> None:
    async with sent_too_late(browser, product, login, words, **options) as page:
        await page.get_by_text(words.what, exact=True).click()
        await screenshot(page, f"form-kept-{words.locale}")
        assert await accessibility_faults(page) == []
        assert await overflow(page) == []
        # Pressed too early it stays where it is.
        await page.get_by_role("button", name=words.send).click()
        await expect(page.get_by_role("heading", name=words.title)).to_be_visible()
        await signed_in_elsewhere(page, product, login, words)
        await page.get_by_role("button", name=words.send).click()
        await page.wait_for_url(lambda url: "/.brana/" not in url)
        await expect(page.locator("main")).to_contain_text("Pronájem sálu")
        await expect(page.locator("main")).to_contain_text("sálu č. 2 na úterý & středu <příští týden>.")


async def test_somebody_else_cannot_send_it(browser: Browser, product: Demo) -> None:
    async with sent_too_late(browser, product, "novakova.jana", CZECH) as page:
        await signed_in_elsewhere(page, product, "dvorak.petr", CZECH)
        await page.get_by_role("button", name=CZECH.send).click()
        await expect(page.get_by_role("heading", name="Tento formulář vyplnil někdo jiný")).to_be_visible()
        await screenshot(page, "form-of-somebody-else")
        assert "Pronájem" not in await page.content()


SIGN = "form[action*='/sign/'] button"


async def open_unsigned(page: Page) -> None:
    """A document that waits for a signature; other tests sign some."""
    documents = [await link.get_attribute("href") for link in await page.locator("table a").all()]
    for document in documents:
        await page.goto(urljoin(page.url, document))
        if await page.locator(SIGN).count() == 1:
            return
    raise AssertionError("everything is signed")


async def signed_long_ago(page: Page, product: Demo, login: str) -> None:
    """Nine hours ago, and what was decided since then is forgotten."""
    with closing(sqlite3.connect(product.folder / "state/brana.db")) as database, database:
        database.execute(
            "UPDATE session SET authenticated_at = authenticated_at - 9 * 3600000000 WHERE login = ?", [login]
        )
    await page.context.clear_cookies(name="__Host-brana-grant")


@pytest.mark.parametrize(
    ("words", "confirm", "options"),
    [(CZECH, "Potvrdit v jiném okně", {}), (ENGLISH, "Confirm in another window", PHONE)],
    ids=["czech", "english-phone-dark"],
)
async def test_a_form_that_takes_a_newer_sign_in_waits_for_it(
    browser: Browser, product: Demo, words: Words, confirm: str, options: dict[str, object]
) -> None:
    account = product.account("dvorak.petr")
    async with person(browser, words.locale, **options) as page:
        await page.goto(product.url(HULIN))
        await sign_in(page, account)
        await open_unsigned(page)
        await signed_long_ago(page, product, account.login)
        await page.locator(SIGN).click()
        await expect(page.get_by_role("heading", name=words.title)).to_be_visible()
        await screenshot(page, f"form-waits-for-newer-{words.locale}")
        assert await accessibility_faults(page) == []
        assert await overflow(page) == []
        await page.get_by_role("button", name=words.send).click()  # too early: it stays
        await expect(page.get_by_role("heading", name=words.title)).to_be_visible()
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name=confirm).click()
        window = await opened.value
        await sign_in(window, account)
        await expect(window.get_by_role("heading", name=words.signed_in)).to_be_visible()
        await window.close()
        await page.get_by_role("button", name=words.send).click()
        await page.wait_for_url(lambda url: "/.brana/" not in url)
        await expect(page.locator(SIGN)).to_have_count(0)


async def test_a_form_whose_browser_forgot_its_sign_in_waits_as_well(browser: Browser, product: Demo) -> None:
    async with person(browser, "cs-CZ", **PHONE) as page:
        await page.goto(product.url(HULIN, "/new"))
        await sign_in(page, product.account("novakova.jana"))
        await page.fill("[name=subject]", "Pronájem sálu")
        await page.fill("[name=sender]", "Josef Malý")
        await page.fill("[name=text]", TEXT)
        await page.context.clear_cookies()
        await page.locator("main form button").first.click()
        await expect(page.get_by_role("heading", name=CZECH.title)).to_be_visible()
        await screenshot(page, "form-of-nobody-known")
        assert await accessibility_faults(page) == []
        assert await overflow(page) == []
        await signed_in_elsewhere(page, product, "novakova.jana", CZECH)
        await page.get_by_role("button", name=CZECH.send).click()
        await page.wait_for_url(lambda url: "/.brana/" not in url)
        await expect(page.locator("main")).to_contain_text("Pronájem sálu")
