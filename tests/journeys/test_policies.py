"""A change of the policies from a form over approval to roll back, and an incident that closes suppliers."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real


AUTHOR, MAYOR = "vanek.karel", "dvorak.petr"


async def _press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def _look_whom_it_hits(page: Page) -> None:
    """From a proposal to what it changes in the matrix and in the decisions of the last days, and back."""
    await page.get_by_role("link", name="Kdo získá a kdo ztratí").click()
    changed = page.locator("section[aria-labelledby=roles]")
    await expect(changed).to_contain_text("Bylo by povoleno")
    await expect(changed).to_contain_text("matrikářka: Rozpočet – čtení")
    await _press(page, "Simulovat")
    async with asyncio.timeout(60):
        while await (further := page.get_by_role("link", name="Podívat se, jak je daleko")).count():
            await further.click()
    await expect(page.locator("#simulation tbody")).to_contain_text(re.compile(r"Jana Nováková\s+získá"))
    await screenshot(page, "policies-impact")
    await page.get_by_role("link", name="Zpět k návrhu").click()


async def _ask_why(page: Page, product: Demo, login: str) -> None:
    await page.goto(product.url("policies", "/why"))
    await page.get_by_label("Přihlašovací jméno osoby").fill(login)
    await page.locator("#application").select_option("budget")
    await _press(page, "Zeptat se")


async def _read_who_took_it_back(author: Page, product: Demo) -> None:
    await author.goto(product.url("policies"))
    await expect(author.locator("main")).to_contain_text("Vaše změna už neplatí")
    await expect(author.locator("main")).to_contain_text("Stačí žádost v jednotlivém případě.")
    await screenshot(author, "policies-taken-back")
    await author.get_by_role("link", name="Matrika dohledává poplatky").click()
    await expect(author.locator("main")).to_contain_text("už neplatí: návrat k verzi 1, Petr Dvořák")


async def test_what_one_proposes_another_approves_and_it_decides_at_once(
    product: Demo, browser: Browser
) -> None:
    """The administrator of Hulín opens the budget to the registrar by a form; the mayor approves, and rolls back."""
    async with (
        person(browser) as jana,
        person(browser, java_script_enabled=False) as author,
        person(browser, java_script_enabled=False) as mayor,
    ):
        await jana.goto(product.url("rozpocet"))
        await sign_in(jana, product.account("novakova.jana"))
        assert (await jana.goto(product.url("rozpocet"))).status == 403

        await author.goto(product.url("policies"))
        await sign_in(author, product.account(AUTHOR))
        await _press(author, "Nový návrh")
        await author.get_by_role("button", name="Kdo smí používat aplikaci").first.click()
        await author.get_by_label("Zkratka pravidla").fill("rozpocet-matrika")
        for choice in ("#roles-registrar", "#applications-budget", "#actions-read"):
            await author.locator(choice).check()
        await _press(author, "Uložit do návrhu")
        await author.get_by_label("Jednou dvěma větami").fill("Matrika dohledává poplatky v rozpočtu.")
        await _press(author, "Uložit")
        await screenshot(author, "policies-drafted")
        await author.get_by_role("button", name="Prohlédnout změnu").click()
        await expect(author.locator("main")).to_contain_text("Všechny kontroly prošly")
        await expect(author.locator("main")).to_contain_text("oslabuje")
        await _press(author, "Předložit ke schválení")
        await expect(author.locator("main")).to_contain_text("Na tomto návrhu jste se podíleli")
        await expect(author.get_by_role("button", name="Schválit")).to_have_count(0)
        assert (await jana.goto(product.url("rozpocet"))).status == 403

        await mayor.goto(product.url("policies"))
        await sign_in(mayor, product.account(MAYOR))
        await mayor.get_by_role("link", name="Matrika dohledává poplatky").click()
        await screenshot(mayor, "policies-approving")
        await _look_whom_it_hits(mayor)
        proposal = mayor.url
        await _ask_why(mayor, product, "novakova.jana")
        await expect(mayor.locator("main")).to_contain_text("Je to zamítnuto.")
        await expect(mayor.locator("main")).to_contain_text("Co by to povolilo")
        await expect(mayor.locator("main")).to_contain_text("Stačí jedno z toho:")
        await mayor.goto(proposal)
        await _press(mayor, "Schválit")
        await expect(mayor.locator("main")).to_contain_text("Schváleno a už to platí")
        assert (await jana.goto(product.url("rozpocet"))).status == 200
        await _ask_why(mayor, product, "novakova.jana")
        await expect(mayor.locator("main")).to_contain_text("Je to povoleno.")
        await expect(mayor.locator("main")).to_contain_text("rozpocet-matrika")

        await mayor.goto(product.url("policies", "/versions"))
        await mayor.locator("tbody a").nth(1).click()
        await mayor.get_by_label("Proč").fill("Stačí žádost v jednotlivém případě.")
        await _press(mayor, "Vrátit se")
        await expect(mayor.locator("main")).to_contain_text("Tato pravidla znovu platí")
        assert (await jana.goto(product.url("rozpocet"))).status == 403

        await _read_who_took_it_back(author, product)
    for login, code in (
        (AUTHOR, "policy.submitted"),
        (MAYOR, "policy.approved"),
        (MAYOR, "policy.rolled_back"),
    ):
        assert product.entries("--person", login, "--code", code)


async def test_the_officer_closes_suppliers_by_one_switch_and_opens_them_again(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as supplier, person(browser, java_script_enabled=False) as officer:
        await supplier.goto(product.url("portal"))
        await sign_in(supplier, product.account("fiala.pavel"))
        await officer.goto(product.url("policies", "/incidents"))
        await sign_in(officer, product.account("kucera.martin"))
        await officer.get_by_role("link", name="Všichni dodavatelé").click()
        await _press(officer, "Pokračovat: koho to zasáhne?")
        await expect(officer.locator("main")).to_contain_text(re.compile("z nich to teď zasáhne: [1-9]"))
        await screenshot(officer, "policies-closing")
        await _press(officer, "Uzavřít hned")
        await expect(officer.locator("main")).to_contain_text("Přístup dodavatelů je dočasně uzavřen")
        assert (await supplier.goto(product.url("portal"))).status == 403
        await expect(supplier.locator("h1")).to_contain_text("Přístup dodavatelů je dočasně uzavřen")
        await officer.get_by_role("link", name="Znovu otevřít").click()
        await officer.get_by_label("Proč se může otevřít").fill("Dodavatel svůj účet ověřil.")
        await officer.get_by_role("button", name="Znovu otevřít").click()
        await expect(officer.locator("main")).to_contain_text("Je znovu otevřeno")
        assert (await supplier.goto(product.url("portal"))).status == 200
    told = [one["entry"]["code"] for one in product.entries("--person", "kucera.martin")]
    assert {"policy.incident_closed", "policy.incident_opened"} <= set(told)
