"""People of a real directory sign in at the realm, by its own pages in a real browser."""

import pytest
from playwright.async_api import Browser, expect

from gateway.demo.world import Account
from tests.journeys.conftest import person
from tests.rig.browser import screenshot
from tests.rig.keycloak_product import Office
from tests.rig.keycloak_sign_in import AsClient, by_code, by_password, first_factor, next_code

pytestmark = [
    pytest.mark.real,
    pytest.mark.keycloak,
    # python-keycloak makes a client of httpx beside the one that it uses, with a file that httpx wants otherwise
    pytest.mark.filterwarnings("ignore:`verify=<str>` is deprecated:DeprecationWarning"),
    pytest.mark.timeout(300),
    pytest.mark.asyncio(loop_scope="session"),
]


def clerk(office: Office) -> Account:
    return next(
        one for one in office.product.world.accounts if one.roles and not one.disabled and not one.must_change
    )


async def test_a_person_of_the_directory_signs_in_with_two_factors_and_has_their_roles(
    provisioned: Office, browser: Browser
):
    account = clerk(provisioned)
    async with person(browser) as page:
        client = AsClient(provisioned, page)
        await client.ask()
        await expect(page.locator("html")).to_have_attribute("lang", "cs")
        await screenshot(page, "keycloak-password")
        await by_password(page, account)
        await screenshot(page, "keycloak-first-factor")
        secret = await first_factor(page)
        claims = await client.claims()
    assert claims["preferred_username"] == account.login
    assert claims["name"] == account.name
    assert set(claims["municipal_roles"]) == {f"{one.role}@{one.municipality}" for one in account.roles}
    assert claims["acr"] == "two-factors"
    async with person(browser, locale="en-GB") as page:
        client = AsClient(provisioned, page)
        await client.ask(acr_values="1")  # no question leads around the second factor
        await by_password(page, account)
        await expect(page.locator("#otp")).to_be_visible()
        await screenshot(page, "keycloak-code")
        await by_code(page, "000000")
        await expect(page.locator("#otp")).to_be_visible()
        await by_code(page, await next_code(page, secret))
        claims = await client.claims()
    assert claims["acr"] == "1"  # what was asked for, although more was shown: here it counts for nothing


async def test_a_role_that_the_directory_takes_away_is_gone_at_the_next_sign_in(
    provisioned: Office, browser: Browser
):
    import ldap  # noqa: PLC0415

    office = provisioned
    account = next(
        one
        for one in reversed(office.product.world.accounts)
        if one.roles and not one.disabled and not one.must_change
    )
    async with person(browser) as page:
        client = AsClient(office, page)
        await client.ask()
        await by_password(page, account)
        await first_factor(page)
        before = (await client.claims())["municipal_roles"]
        held = account.roles[0]
        [directory] = office.product.settings.directories
        group = f"cn={held.role},ou={held.municipality},{directory.groups_base}"
        dn = f"uid={account.login},{directory.people_base}"
        with office.product.as_root() as line:
            line.modify_s(
                group, [(ldap.MOD_ADD, "member", [directory.bind_dn.encode()])]
            )  # a group is never empty
            line.modify_s(group, [(ldap.MOD_DELETE, "member", [dn.encode()])])
        again = AsClient(office, page)
        await again.ask()  # the realm knows the browser
        after = (await again.claims()).get("municipal_roles", [])
    assert set(before) - set(after) == {f"{held.role}@{held.municipality}"}
