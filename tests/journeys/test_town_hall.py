"""A town hall beyond everyday roles: a supplier's order, an emergency, a stand-in, and who still needs what."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import chromium, screenshot
from tests.rig.demo import Demo
from tests.rig.mail import MailServer, mail_server

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

PETR, FILIP, PAVEL, MARTIN = "dvorak.petr", "janda.filip", "fiala.pavel", "kucera.martin"
RECORDS = "spisovka-588491"
PHONE, SCREEN = {"width": 360, "height": 800}, {"width": 1280, "height": 900}


@dataclass(frozen=True, slots=True)
class TownHall:
    """Who is signed in, each in a browser of their own: mayor, deputy mayor, supplier, security officer."""

    petr: Page
    filip: Page
    pavel: Page
    martin: Page


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(product: Demo) -> AsyncIterator[TownHall]:
    async with (
        chromium() as browser,
        person(browser, java_script_enabled=False) as petr,
        person(browser, java_script_enabled=False) as filip,
        person(browser, java_script_enabled=False) as pavel,
        person(browser, java_script_enabled=False) as martin,
    ):
        pages = {PETR: petr, FILIP: filip, PAVEL: pavel, MARTIN: martin}
        for login, page in pages.items():
            page.set_default_timeout(10_000)
            await page.goto(product.url("portal"))
            await sign_in(page, product.account(login))
        await pavel.get_by_label("Jednat za jinou obec").select_option(label="Hulín")
        await pavel.get_by_role("button", name="Přepnout").click()
        yield TownHall(petr, filip, pavel, martin)
        for page in pages.values():  # other journeys find nobody signed in
            await page.goto(product.url("portal"))
            await page.get_by_role("button", name="Odhlásit se").click()


async def test_a_supplier_works_under_an_order_until_its_sponsor_ends_it(
    product: Demo, hall: TownHall
) -> None:
    """The mayor orders, the deputy mayor vouches for it."""
    assert (await hall.pavel.goto(product.url("rozpocet"))).status == 403

    await hall.petr.goto(product.url("requests", "/orders"))
    await hall.petr.get_by_role("link", name="Nová zakázka").click()
    await hall.petr.get_by_label("Přihlašovací jméno dodavatele").fill(PAVEL)
    await hall.petr.get_by_label("Přihlašovací jméno garanta").fill(FILIP)
    await hall.petr.get_by_label("Aplikace").select_option(label="Rozpočet")
    await hall.petr.get_by_label("čtení").check()
    await hall.petr.get_by_label("Práce").fill("Oprava sestavy příjmů po kapitolách.")
    await seen(hall.petr, "order-placing")
    await press(hall.petr, "Odeslat zakázku")
    assert (await hall.pavel.goto(product.url("rozpocet"))).status == 403  # nobody vouches for it yet

    await hall.filip.goto(product.url("requests", "/orders"))
    await hall.filip.get_by_role("link", name="Rozhodnout").click()
    await seen(hall.filip, "order-to-confirm")
    await press(hall.filip, "Potvrdit zakázku")
    assert (await hall.pavel.goto(product.url("rozpocet"))).status == 200
    await hall.filip.goto(product.url("requests", "/orders"))
    await expect(hall.filip.locator("tbody")).to_contain_text("platí")
    await seen(hall.filip, "order-at-work")
    await hall.filip.get_by_role("link", name="Ukončit").first.click()
    await press(hall.filip, "Ukončit")

    assert (await hall.pavel.goto(product.url("rozpocet"))).status == 403
    await expect(hall.pavel.locator("main")).to_contain_text("dokud ji garant neukončí")
    await expect(hall.pavel.get_by_role("link", name="Požádat o zakázku")).to_be_visible()
    await seen(hall.pavel, "order-refused")
    for login, code in (
        (PETR, "request.order_placed"),
        (FILIP, "request.approved"),
        (FILIP, "request.ended"),
    ):
        assert product.entries("--person", login, "--code", code)


async def test_emergency_access_alerts_at_once_and_somebody_else_reviews_it(
    product: Demo, hall: TownHall, tmp_path: Path
) -> None:
    """The mayor writes into the records, which a mayor does not; the security officer hears of it."""
    assert (await hall.petr.goto(product.url(RECORDS, "/new"))).status == 403
    async with told_by_mail(product, tmp_path) as mail:
        await hall.petr.goto(product.url("requests", "/emergency"))
        await hall.petr.get_by_label("Aplikace").select_option(label="Spisová služba")
        await hall.petr.get_by_label("Co se stalo").fill("Povodeň, zapisuji hlášení krizového štábu.")
        await seen(hall.petr, "emergency-opening")
        await press(hall.petr, "Otevřít nouzový přístup")
        await expect(hall.petr.locator("main")).to_contain_text("Nouzový přístup běží")
        alert = await first(mail)
    assert alert["To"] == "kucera.martin@kromeriz.test"
    assert "nouzový přístup" in alert["Subject"]
    assert (await hall.petr.goto(product.url(RECORDS, "/new"))).status == 200
    await hall.petr.goto(product.url("requests", "/reviews"))
    await expect(hall.petr.locator("main")).to_contain_text("Toto je váš vlastní přístup")
    await expect(hall.petr.get_by_label("Co jste zjistili")).to_have_count(0)

    await hall.martin.goto(product.url("requests", "/reviews"))
    await seen(hall.martin, "emergency-to-review")
    await hall.martin.get_by_role("link", name="Ukončit").click()
    await press(hall.martin, "Ukončit")
    assert (await hall.petr.goto(product.url(RECORDS, "/new"))).status == 403
    await hall.martin.get_by_label("Co jste zjistili").fill("Zapsáno jedno hlášení, důvod odpovídá.")
    await hall.martin.get_by_role("button", name="Zapsat přezkum").click()
    await expect(hall.martin.locator("main")).to_contain_text("Na přezkum nic nečeká")
    [reviewed] = product.entries("--person", MARTIN, "--code", "request.emergency_reviewed")
    assert reviewed["entry"]["details"]["of"] == PETR


async def test_a_stand_in_opens_what_the_other_opens_and_the_log_says_in_whose_place(
    product: Demo, hall: TownHall
) -> None:
    await hall.filip.goto(product.url(RECORDS))
    await hall.filip.get_by_role("row").filter(has_text="čeká na podpis").get_by_role("link").first.click()
    document = hall.filip.url
    await expect(hall.filip.get_by_role("button", name="Podepsat")).to_have_count(0)

    await hall.petr.goto(product.url("requests", "/deputies"))
    await hall.petr.get_by_label("Vaše role").select_option(label="starosta")
    await hall.petr.get_by_label("Přihlašovací jméno zástupce").fill(FILIP)
    await hall.petr.get_by_label("Proč").fill("Dovolená.")
    await seen(hall.petr, "delegation-recording")
    await press(hall.petr, "Zapsat zastupování")

    await hall.filip.goto(document)
    await press(hall.filip, "Podepsat")
    await expect(hall.filip.locator("main")).to_contain_text("Filip Janda")
    rule = "deputy-mayor-signs-by-delegation"
    decided = product.entries("--person", FILIP, "--code", "decision.permit")
    entry = next(one for one in decided if one["entry"]["rule"] == rule)
    await hall.martin.goto(product.url("admin", f"/log/{entry['sequence']}"))
    await hall.martin.get_by_role("link", name="koho zastupuje").click()
    await expect(hall.martin.locator("main")).to_contain_text(PETR)

    await hall.petr.goto(product.url("requests"))
    await hall.petr.get_by_role("link", name="Ukončit").first.click()
    await press(hall.petr, "Ukončit")
    await hall.filip.goto(product.url(RECORDS))
    await hall.filip.get_by_role("row").filter(has_text="čeká na podpis").get_by_role("link").first.click()
    await expect(hall.filip.get_by_role("button", name="Podepsat")).to_have_count(0)


async def test_what_a_review_removes_is_refused_at_the_next_click_and_reported(
    product: Demo, hall: TownHall
) -> None:
    """The mayor goes through who opens the budget; about himself the security officer decides."""
    await hall.petr.goto(product.url("policies", "/reviews"))
    await hall.petr.get_by_label("Co přezkoumat").select_option(label="jen jedna aplikace")
    await hall.petr.get_by_label("Aplikace").select_option(label="Rozpočet")
    await seen(hall.petr, "review-beginning")
    await press(hall.petr, "Zahájit přezkum")
    await expect(hall.petr.locator("main")).to_contain_text("Termín:")
    await expect(hall.petr.locator("main")).to_contain_text("O vašem oprávnění musí rozhodnout někdo jiný")
    review = hall.petr.url.partition("?")[0]
    assert (await hall.filip.goto(product.url("rozpocet"))).status == 200
    await hall.petr.get_by_role("button", name="Odebrat – místostarosta, Filip Janda").click()
    await expect(hall.petr.locator("h1")).to_have_text("Odebrat toto oprávnění?")
    await press(hall.petr, "Odebrat")
    await expect(hall.petr.locator("main")).to_contain_text("Vaše rozhodnutí je uloženo")
    await hall.filip.goto(product.url("rozpocet"))
    await expect(hall.filip.locator("main")).to_contain_text("protože vám byla odebrána role")
    await seen(hall.filip, "review-refused")
    await keep_the_rest(hall.petr, review)
    await expect(hall.petr.get_by_role("link", name="Uzavřít přezkum")).to_have_count(0)

    await hall.martin.goto(product.url("policies", "/reviews"))
    await hall.martin.get_by_role("link", name="Projít").first.click()
    await keep_the_rest(hall.martin, review)
    await hall.martin.get_by_role("link", name="Uzavřít přezkum").click()
    await press(hall.martin, "Uzavřít přezkum")
    await expect(hall.martin.locator("main")).to_contain_text("v adresáři stále je")
    await seen(hall.martin, "review-report")
    await hall.martin.get_by_text("Vrátit roli").click()
    await hall.martin.get_by_label("Proč").fill("Odebráno omylem.")
    await press(hall.martin, "Vrátit")
    await expect(hall.martin.locator("main")).to_contain_text("Role opět platí")
    await sign_in(hall.filip, product.account(FILIP))
    assert (await hall.filip.goto(product.url("rozpocet"))).status == 200


async def keep_the_rest(page: Page, review: str) -> None:
    """Whatever this person may decide and has not."""
    await page.goto(f"{review}?open=1")
    open_yet = await page.get_by_role("button", name=re.compile("^Ponechat")).all_inner_texts()
    assert open_yet, "there is something to decide"
    one_by_one = (one for one in open_yet if one != "Ponechat označené")
    for name in (one for one in one_by_one if "Filip Janda" not in one):  # removed already
        await press(page, name)


async def seen(page: Page, name: str) -> None:
    """Pictures for people, and nothing that is wider than a telephone."""
    for scheme, size in (("dark", PHONE), ("light", SCREEN)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size(size)
        await screenshot(page, f"town-{name}-{scheme}-{size['width']}")


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


@asynccontextmanager
async def told_by_mail(product: Demo, folder: Path) -> AsyncIterator[MailServer]:
    """The running product sends what it has to tell to a mail server of the test's own."""
    before = product.configuration.read_text("utf-8")
    async with mail_server(folder) as server:
        smtp = f'host = "127.0.0.1"\nport = {server.port}\nsender = "brana@hulin.test"\nauthority = "{folder}/ca.pem"\n'
        product.configuration.write_text(f"{before}\n[notifications.smtp]\n{smtp}", "utf-8")
        await reload(product)
        yield server
    product.configuration.write_text(before, "utf-8")
    await reload(product)


async def reload(product: Demo) -> None:
    done = await asyncio.to_thread(product.brana, "reload")
    assert done.returncode == 0, done.stderr


async def first(server: MailServer) -> EmailMessage:
    async with asyncio.timeout(20):
        while not server.got:
            await asyncio.sleep(0.02)
    return server.got[0]
