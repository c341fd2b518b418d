"""What the security officer does in the running product beside reading: proving the log whole."""

import pytest
from playwright.async_api import Browser, expect

from config.load import load
from gateway.commands.decisions import policy_book
from gateway.commands.policies_in_force import reasons_of
from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
MIB = 2**20


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
    assert after < 120 * MIB
    assert after - before < 10 * MIB
    [verified] = product.entries("--person", "kucera.martin", "--code", "audit.verified")
    assert verified["entry"]["details"]["finding"] == "whole"
    assert verified["entry"]["application"] == "audit"


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
    assert loaded["sequence"] == started["sequence"] + 1
    assert loaded["entry"]["policy_version"] == started["entry"]["policy_version"]


def test_every_reason_that_was_recorded_has_a_name(product: Demo) -> None:
    reasons = reasons_of(policy_book(*load(product.configuration)))
    recorded = {one["entry"].get("reason", "") for one in product.entries()} - {""}
    assert recorded
    assert {reason for reason in recorded if reasons.name(reason) is None} == set()
