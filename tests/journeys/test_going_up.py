"""A policy that wants a key for signing: refused with password and code, up, back, and signed; in both languages."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from config.vocabulary import Role
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.commands.state import State
from gateway.demo.configuration import POLICIES, RECORDS
from gateway.demo.people import HULIN, Inhabitant
from gateway.demo.slapd import free_port
from gateway.demo.world import Account, draw_accounts
from gateway.storage.audit_search import LogSearch
from idp.login.totp import new_secret
from tests.journeys.conftest import person
from tests.journeys.test_factors import password
from tests.rig.browser import accessibility_faults, screenshot
from tests.rig.code_generator import code_at
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import enrolment_code, installed
from tests.rig.virtual_key import VirtualKey, virtual_key

pytestmark = pytest.mark.real

KEY_TO_SIGN = """
@id("key-to-sign")
@reason("phishing_resistant_needed")
@title_cs("K podepsání je potřeba klíč")
@title_en("Signing needs a key")
@advice_cs("Potvrďte, kdo jste, bezpečnostním nebo přístupovým klíčem.")
@advice_en("Confirm who you are with a security key or a passkey.")
forbid (principal, action == Action::"sign", resource)
unless { context.sign_in.level >= 3 };
"""
FORM = '<!doctype html><title>Spis 5</title><form method="post" action="/sign/5"><button>ok</button></form>'


class Words(NamedTuple):
    locale: str
    by_key: str
    add_key: str
    other_way: str
    by_code: str
    kept: str
    refused: str
    advice: str
    up: str
    send: str
    show_key: str


CZECH = Words(
    "cs-CZ", "Přístupový nebo bezpečnostní klíč", "Přidat klíč", "Jiný způsob", "Aplikace v telefonu",
    "Váš formulář není ztracený", "K podepsání je potřeba klíč",
    "Potvrďte, kdo jste, bezpečnostním nebo přístupovým klíčem.",
    "Potvrdit v jiném okně", "Odeslat formulář", "Použít klíč",
)  # fmt: skip
ENGLISH = Words(
    "en-GB", "Passkey or security key", "Enrol the key", "Another way", "Application on the telephone",
    "Your form is not lost", "Signing needs a key", "Confirm who you are with a security key or a passkey.",
    "Confirm in another window", "Send the form now", "Use the key",
)  # fmt: skip


async def test_who_needs_a_key_to_sign_goes_up_and_comes_back_to_the_document(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("up")  # paths of sockets are short
    upstream, port, region = Neighbour(), free_port(), folder / "region"
    upstream.answer = lambda asked: web.Response(
        text=FORM if asked.method == "GET" else "signed", content_type="text/html"
    )
    region.mkdir()
    for file in (POLICIES / "region").iterdir():
        (region / file.name).write_bytes(file.read_bytes())
    (region / "70-key-to-sign.cedar").write_text(KEY_TO_SIGN, "utf-8")
    mayors = draw_accounts(
        [
            Inhabitant(
                login=login, given="Eva", surname="Malá", places=((HULIN, Role.MAYOR),), enrolled=False
            )
            for login in ("mala.eva", "mala.jana")
        ]
    )
    async with (
        listening(upstream, port),
        installed(
            folder / "world", mayors, f"http://127.0.0.1:{port}",
            lambda text: text.replace(str(POLICIES / "region"), str(region)),
        ) as product,
    ):  # fmt: skip
        await product.start()
        document = product.application(RECORDS, HULIN) + "spis/5?list=2"
        with product.state() as state:
            for account, words in zip(mayors, (CZECH, ENGLISH), strict=True):
                async with person(browser, words.locale) as page, virtual_key(page) as key:
                    await enrolled(state, page, account, words, document)
                    await goes_up(state, page, key, account, words, document)
                kinds = [(one.code, one.reason) for one in await entries_of(state, account)]
                assert (Code.DECISION_REFUSE, "phishing_resistant_needed") in kinds
                assert Code.SESSION_LEVEL in {code for code, _ in kinds}


async def enrolled(state: State, page: Page, account: Account, words: Words, document: str) -> None:
    """The key by an officer's code, in a whole sign-in; then an application for codes beside it."""
    await page.goto(document)
    await password(page, account)
    await page.fill("[name=enrolment]", await enrolment_code(state, account))
    await page.click("main button[type=submit]")
    await page.get_by_role("link", name=words.by_key).click()
    await page.get_by_role("button", name=words.add_key).click()
    await expect(page.locator(".codes li")).to_have_count(10)
    await page.click("main button[type=submit]")
    await page.wait_for_url(document)
    await page.context.clear_cookies()


async def goes_up(
    state: State, page: Page, key: VirtualKey, account: Account, words: Words, document: str
) -> None:
    secret = new_secret()
    await state.identities.enrol_for(account.subject, secret, datetime.now(UTC))
    await page.goto(document)
    await password(page, account)
    if await page.locator("[name=code]").count() == 0:
        await page.get_by_role("link", name=words.other_way).click()
        await page.get_by_role("link", name=words.by_code).click()
    await page.fill("[name=code]", code_at(secret, datetime.now(UTC)))
    await page.click("main button[type=submit]")
    await page.wait_for_url(document)

    await page.get_by_role("button", name="ok").click()
    await expect(page.locator("h1")).to_have_text(words.kept)
    await expect(page.locator(".lead")).to_have_text(f"{words.refused}. {words.advice}")
    assert await accessibility_faults(page) == []
    await screenshot(page, f"needs-a-key-{words.locale[:2]}")
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name=words.up).click()
    other = await opened.value
    await key.copied_to(other)
    await expect(other.locator("[name=password]")).to_have_count(0)
    await other.get_by_role("button", name=re.compile(words.show_key)).click()
    await other.wait_for_url("**/.brana/form/back")
    await page.get_by_role("button", name=words.send).click()
    await expect(page.locator("body")).to_have_text("signed")


async def entries_of(state: State, account: Account) -> list[Entry]:
    page = await LogSearch(state.database).page(Query(person=account.login), limit=200)
    return [recorded.entry for recorded in page.entries]
