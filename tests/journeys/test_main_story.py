"""The story the product exists for, in Czech and in English, everything in it real.

A person of the office signs in with the directory's password and a one-time code, opens the application of her
municipality, is refused another municipality's with a reason she understands, and the security officer finds
both in the audit log.
"""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real

HULIN, KROMERIZ = "spisovka-588491", "spisovka-588296"
WORDS = {
    "cs-CZ": {
        "sign in": "Přihlásit se",
        "refusal": "V obci Kroměříž nemáte žádnou roli",
        "advice": "požádejte",
        "permitted": "Povolený přístup",
        "refused": "Zamítnutý přístup",
    },
    "en-GB": {
        "sign in": "Sign in",
        "refusal": "You have no role in Kroměříž",
        "advice": "ask",
        "permitted": "Access permitted",
        "refused": "Access refused",
    },
}


@pytest.mark.parametrize("locale", ["cs-CZ", "en-GB"])
async def test_she_opens_her_own_is_refused_another_and_the_officer_finds_both(
    product: Demo, browser: Browser, locale: str
) -> None:
    words, language = WORDS[locale], locale[:2]
    async with person(browser, locale) as jana:
        await jana.goto(product.url(HULIN))
        await expect(jana.locator("h1")).to_contain_text(words["sign in"])
        await screenshot(jana, f"story-{language}-1-sign-in")
        await sign_in(jana, product.account("novakova.jana"))
        assert jana.url == product.url(HULIN)
        await expect(jana.locator("body")).to_contain_text("Jana Nováková")
        await expect(jana.locator("body")).to_contain_text("Hulín")
        await screenshot(jana, f"story-{language}-2-own-records")

        answer = await jana.goto(product.url(KROMERIZ))
        assert answer is not None
        assert answer.status == 403
        await expect(jana.locator("h1")).to_have_text(words["refusal"])
        await expect(jana.locator("main")).to_contain_text(words["advice"])
        request_id = answer.headers["x-request-id"]
        await expect(jana.locator("main")).to_contain_text(request_id)
        await screenshot(jana, f"story-{language}-3-refused")

    async with person(browser, locale) as officer:
        await officer.goto(product.url("admin"))
        await sign_in(officer, product.account("kucera.martin"))
        await screenshot(officer, f"story-{language}-4-overview")
        await officer.goto(product.url("admin", "/log?person=novakova.jana&application=records"))
        table = officer.locator("table").last
        await expect(table).to_contain_text(words["permitted"])
        await expect(table).to_contain_text(words["refused"])
        await screenshot(officer, f"story-{language}-5-log")
        await officer.goto(product.url("admin", f"/log?request_id={request_id}"))
        await officer.get_by_role("link", name=words["refused"]).click()
        await expect(officer.locator("main")).to_contain_text("no_role_in_municipality")
        await screenshot(officer, f"story-{language}-6-entry")


async def test_both_stand_in_the_log_with_all_that_was_known(product: Demo, browser: Browser) -> None:
    async with person(browser) as jana:
        await jana.goto(product.url(HULIN))
        await sign_in(jana, product.account("novakova.jana"))
        await jana.goto(product.url(KROMERIZ))
    refused = product.entries("--person", "novakova.jana", "--code", "decision.refuse")[0]["entry"]
    permitted = product.entries("--person", "novakova.jana", "--code", "decision.permit")[0]["entry"]
    for entry, municipality in ((refused, "588296"), (permitted, "588491")):
        assert entry["municipality"] == municipality
        assert entry["own_municipality"] == "588491"
        assert entry["application"] == "records"
        assert entry["action"] == "read"
        assert entry["policy_version"]
        assert entry["request_id"]
        assert entry["details"]["acr"] == "urn:brana:acr:two-factors"
        assert "588491:clerk" in entry["details"]["roles"]
    assert refused["reason"] == "no_role_in_municipality"
    assert refused["rule"]
    assert permitted["details"]["grant"]
    assert product.brana("audit", "verify").returncode == 0
