"""Somebody adds a computer at the portal, sees what it tells, and reports it as lost: a real agent, a real Chromium."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from config.vocabulary import Role
from gateway.audit.entry import Code, Entry
from gateway.audit.search import Query
from gateway.demo.people import CENTRE
from gateway.demo.world import Account
from gateway.storage.audit_search import LogSearch
from idp.login.totp import Secret
from tests.rig.agent_program import AgentProgram
from tests.rig.browser import faults_in_looks
from tests.rig.code_generator import code_at
from tests.rig.product import Product, installed
from tests.rig.warm import brana

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
DEVICES = '\n[devices]\nenabled = true\nby_people = true\nreport = "30 s"\n'
LINE = re.compile(r"brana-agent enrol (https://\S+) (\S+)")


@pytest_asyncio.fixture(loop_scope="session")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with installed(tmp_path_factory.mktemp("own")) as made:
        with made.configuration.open("a", encoding="utf-8") as text:
            text.write(DEVICES)
        await made.start()
        yield made


def somebody(product: Product) -> Account:
    return next(
        one
        for one in product.world.accounts
        if not one.disabled
        and one.totp_secret is not None
        and any((held.municipality, held.role) == (CENTRE, Role.CLERK) for held in one.roles)
    )


async def signed_in(browser, product: Product, who: Account) -> Page:
    context = await browser.new_context(ignore_https_errors=True, locale="cs")
    page = await context.new_page()
    await page.goto(f"{product.addresses.portal}/devices")
    await page.fill('[name="username"]', who.login)
    await page.fill('[name="password"]', who.password)
    await page.keyboard.press("Enter")
    assert who.totp_secret is not None
    await page.fill('[name="code"]', code_at(Secret(who.totp_secret), datetime.now(UTC)))
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Moje zařízení")
    return page


async def entries(product: Product, code: Code) -> list[Entry]:
    with product.state() as state:
        page = await LogSearch(state.database).page(Query(codes=frozenset({code})), limit=10)
        return [one.entry for one in page.entries]


async def shows(page: Page, words: str) -> None:
    """Within the time of a report or two."""
    end = time.monotonic() + 60
    while words not in await page.content():
        assert time.monotonic() < end, words
        await asyncio.sleep(0.5)
        await page.reload()


async def test_a_person_adds_a_computer_sees_what_it_tells_and_reports_it_as_lost(
    browser, product: Product, tmp_path: Path
) -> None:
    who = somebody(product)
    page = await signed_in(browser, product, who)
    await page.get_by_role("button", name="Získat kód").click()
    found = LINE.search(await page.locator("code").inner_text())
    assert found is not None
    (tmp_path / "device").mkdir()
    agent = AgentProgram(tmp_path / "device", product.world.authority)
    done = await asyncio.to_thread(agent.enrol, *found.groups())
    assert done.returncode == 0, done.stdout + done.stderr
    [enrolled] = await entries(product, Code.DEVICE_ENROLLED)
    device = str(enrolled.details["device"])
    assert enrolled.details["by"] == who.login

    await page.get_by_role("link", name="Zpět na moje zařízení").click()
    await expect(page.locator("main")).to_contain_text("čeká na schválení")
    said = ["device", "approve", device, "--config", str(product.configuration)]
    approved = await asyncio.to_thread(brana, said, os.environ | {"COLUMNS": "220"})
    assert approved.returncode == 0, approved.stderr

    with agent.running() as child:
        await page.goto(f"{product.addresses.portal}/devices/own/{device}")
        await shows(page, "os-release")
        await expect(page.locator("main")).to_contain_text("v provozu")
        assert await faults_in_looks(page, "own-device", "cs") == []
        await page.get_by_role("link", name="Nahlásit ztrátu").click()
        await page.fill('[name="why"]', "zůstal ve vlaku")
        await page.get_by_role("button", name="Nahlásit ztrátu").click()
        await expect(page.locator("main")).to_contain_text("Zařízení je nahlášené jako ztracené")
        assert await asyncio.to_thread(child.wait, 60) == 0
    [lost] = await entries(product, Code.DEVICE_LOST)
    assert (lost.person, lost.details["why"]) == (who.login, "zůstal ve vlaku")
    await page.context.close()
