"""What the security officer does in the running product beside reading: proving the log whole."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from config.load import load
from gateway.commands.decisions import policy_book
from gateway.commands.policies_in_force import reasons_of
from gateway.web.officer.labels import LABELS
from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
MIB = 2**20


async def written(product: Demo, *filters: str) -> dict[str, Any]:
    """The newest such entry; what Envoy writes comes into the log a moment after its answer."""
    async with asyncio.timeout(30):
        while not (found := product.entries(*filters)):
            await asyncio.sleep(0.2)
    entry: dict[str, Any] = found[0]["entry"]
    return entry


async def test_the_officer_verifies_the_log_beside_the_process_that_decides(
    product: Demo, browser: Browser
) -> None:
    async with person(browser, java_script_enabled=False) as officer:
        await officer.goto(product.url("admin", "/integrity"))
        await sign_in(officer, product.account("kucera.martin"))
        before = product.control_plane().memory_info().rss
        await officer.get_by_role("button", name="Ověřit nyní").click()
        done = officer.get_by_text("Auditní záznam je úplný a nezměněný")
        await expect(done).to_be_visible(timeout=30_000)
        await screenshot(officer, "officer-verified")
    after = product.control_plane().memory_info().rss
    assert after < 160 * MIB  # after whatever other journeys did there; `make bench NAME=start` has the bar
    assert after - before < 10 * MIB
    [verified] = product.entries("--person", "kucera.martin", "--code", "audit.verified")
    assert verified["entry"]["details"]["finding"] == "whole"
    assert verified["entry"]["application"] == "audit"


async def test_an_auditor_proves_the_log_whole_and_is_offered_no_more_than_that(
    product: Demo, browser: Browser
) -> None:
    async with person(browser, java_script_enabled=False) as auditor:
        await auditor.goto(product.url("admin", "/integrity"))
        await sign_in(auditor, product.account("rihova.alena"))
        await auditor.get_by_role("button", name="Ověřit nyní").click()
        done = auditor.get_by_text("Auditní záznam je úplný a nezměněný")
        await expect(done).to_be_visible(timeout=30_000)
        await auditor.goto(product.url("admin", "/sessions"))
        await expect(auditor.locator("main")).to_contain_text("rihova.alena")
        await expect(auditor.get_by_role("button", name="Ukončit relaci")).to_have_count(0)
    [verified] = product.entries("--person", "rihova.alena", "--code", "audit.verified")
    assert verified["entry"]["details"]["finding"] == "whole"


async def test_a_session_ends_after_a_question_and_the_page_says_whose(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as jana, person(browser, java_script_enabled=False) as officer:
        await jana.goto(product.url("portal"))
        await sign_in(jana, product.account("novakova.jana"))
        await officer.goto(product.url("admin", "/sessions"))
        await sign_in(officer, product.account("kucera.martin"))
        row = officer.get_by_role("row").filter(has_text="novakova.jana").first
        await row.get_by_role("button", name="Ukončit relaci").click()
        await expect(officer.locator("h1")).to_contain_text("Jana Nováková")
        await screenshot(officer, "officer-asked")
        assert (await jana.goto(product.url("portal"))).ok  # not ended by the question
        await officer.get_by_role("button", name="Ukončit relaci").click()
        await expect(officer.get_by_role("status")).to_contain_text("Jana Nováková")
        await screenshot(officer, "officer-ended")
        await jana.goto(product.url("portal"))
        assert "://login." in jana.url


async def test_a_person_of_a_municipality_s_own_directory_signs_in_and_is_read_again(
    product: Demo, browser: Browser
) -> None:
    own = next(one for one in product.world["accounts"] if "chropyne.test" in one["note"]["en"])
    account = product.account(own["login"])
    long_form = replace(account, login=f"{account.login}@chropyne.test")
    async with person(browser) as mayor, person(browser, java_script_enabled=False) as officer:
        await mayor.goto(product.url("portal"))
        await expect(mayor.locator("main")).to_contain_text("jmeno@kromeriz.test")
        await sign_in(mayor, long_form)
        await expect(mayor.locator("body")).to_contain_text("Chropyně")
        await officer.goto(product.url("admin", "/sessions"))
        await sign_in(officer, product.account("kucera.martin"))
        row = officer.get_by_role("row").filter(has_text=account.login).first
        await row.get_by_role("button", name="Znovu načíst z adresáře").click()
        await expect(officer.get_by_role("status")).to_contain_text("Nic se nezměnilo")
        await screenshot(officer, "officer-rechecked")
        assert (await mayor.goto(product.url("portal"))).ok
    [asked] = product.entries("--code", "directory.person_rechecked")
    assert asked["entry"]["subject"].startswith("kromeriz:")
    assert asked["entry"]["details"]["of_subject"] == account.subject == own["subject"]
    assert account.subject.startswith("chropyne:")


async def test_who_never_got_in_is_found_by_a_part_of_the_login(product: Demo, browser: Browser) -> None:
    async with person(browser) as stranger:
        await stranger.goto(product.url("portal"))
        await stranger.fill("[name=username]", "urban.karel")
        await stranger.fill("[name=password]", "wrong")
        await stranger.click("main button[type=submit]")
        await expect(stranger.locator("main")).to_contain_text("heslo")
    found = {one["entry"]["code"] for one in product.entries("--person", "urban")}
    assert "sign_in.password_refused" in found


async def test_a_page_load_that_is_sent_to_the_sign_in_is_no_success(product: Demo, browser: Browser) -> None:
    async with person(browser) as stranger:
        await stranger.goto(product.url("rozpocet"))
    sent = await written(
        product, "--code", "access.request", "--reason", "sign_in_needed", "--application", "budget"
    )
    assert (sent["outcome"], sent["details"]["status"]) == ("refused", 302)


def test_every_detail_that_was_recorded_has_a_label(product: Demo) -> None:
    recorded = {key for one in product.entries() for key in one["entry"].get("details", {})}
    assert recorded
    assert recorded - set(LABELS) - {"facts"} == set()  # these stand in a list of their own


async def test_whoever_comes_back_without_an_attempt_stands_in_the_log(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as stranger:
        answer = await stranger.goto(product.url("portal", "/.brana/callback?code=stolen&state=made-up"))
        assert answer is not None
        assert answer.status == 403
    refused = product.entries("--code", "sign_in.refused_by_gateway")[0]["entry"]
    assert (refused["reason"], refused["request_id"]) == ("attempt_lost", answer.headers["x-request-id"])
    assert refused["address"] == "127.0.0.1"


def test_the_version_of_the_policies_in_force_is_recorded_with_the_first_start(product: Demo) -> None:
    started = product.entries("--code", "system.started")[-1]
    [loaded] = product.entries("--code", "policies.loaded")
    assert loaded["sequence"] == started["sequence"] - 1  # what decides is in force before anything is served
    assert loaded["entry"]["policy_version"] == started["entry"]["policy_version"]


def test_every_reason_that_was_recorded_has_a_name(product: Demo) -> None:
    reasons = reasons_of(policy_book(*load(product.configuration)))
    recorded = {one["entry"].get("reason", "") for one in product.entries()} - {""}
    assert recorded
    assert {reason for reason in recorded if reasons.name(reason) is None} == set()
