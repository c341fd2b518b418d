"""The account of the sealed envelope, in a real browser: what the page says, and where it leads."""

import re

import pyotp
import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real


async def test_the_recovery_administrator_comes_in_by_the_envelope_and_the_secret_is_spent(
    product: Demo, browser: Browser
) -> None:
    issued = product.brana("recovery-admin", "issue", "--yes")
    assert issued.returncode == 0, issued.stderr
    secret = re.search(r"^\s+((?:[A-Z0-9]{5}-?){6})\s*$", issued.stdout, re.MULTILINE)
    codes = re.search(r"^    ([A-Z2-7]{32})$", issued.stdout, re.MULTILINE)
    assert secret, issued.stdout
    assert codes, issued.stdout
    async with person(browser) as page:
        await page.goto(product.url("login", "/recovery"))
        await page.fill("[name=secret]", secret[1])
        await page.fill("[name=code]", "000000")
        await page.click("main button[type=submit]")
        await expect(page.get_by_text("Tajemství nebylo přijato")).to_be_visible()
        await screenshot(page, "recovery-administrator")
        await page.fill("[name=secret]", secret[1])
        await page.fill("[name=code]", pyotp.TOTP(codes[1]).now())
        await page.click("main button[type=submit]")
        await page.wait_for_url(product.url("portal"))
    status = product.brana("recovery-admin", "status")
    assert "used" in status.stdout
