"""openid-client in Node.js and Authlib in Flask, as `docs/connecting.md` has them, at the running product."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page

from gateway.audit.entry import Code
from tests.journeys.conftest import person, sign_in
from tests.relying_parties.conftest import (
    HOUR,
    KEY,
    TWO_FACTORS,
    account_of,
    adds_a_key,
    an_hour_passes,
    heard,
    is_put_out,
    nothing_is_left,
    told,
)
from tests.rig.connected import Connected
from tests.rig.virtual_key import virtual_key

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
PROGRAMS = ("desk", "loans")


async def posted(page: Page, path: str) -> int:
    """Status of a form of the application's own page."""
    status: int = await page.evaluate("async path => (await fetch(path, {method: 'POST'})).status", path)
    return status


async def at_sign_in(page: Page, url: str) -> bool:
    """Whether the application sends the browser to the sign-in."""
    await page.goto(url)
    return "://login." in page.url


async def refused(page: Page) -> Any:
    return (await told(page))["error"]


@pytest.mark.parametrize("client", PROGRAMS)
async def test_somebody_signs_in_and_the_claims_arrive(
    there: Connected, browser: Browser, client: str
) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        assert await at_sign_in(page, there.url(client))
        await sign_in(page, account)
        assert page.url == there.url(client)
        claims = await told(page)
    assert (claims["sub"], claims["name"]) == (account.subject, account.name)
    assert (claims["preferred_username"], claims["aud"]) == (account.login, client)
    assert claims["acr"] == TWO_FACTORS
    assert {"municipality": "588491", "role": "registrar"} in claims["brana_roles"]
    assert await there.entries(Code.CODE_ISSUED, person=account.login, application=client)


@pytest.mark.parametrize(("client", "login"), [("desk", "fiala.pavel"), ("loans", "pospisilova.vera")])
async def test_a_stronger_sign_in_is_asked_for_and_the_session_goes_on(
    there: Connected, browser: Browser, client: str, login: str
) -> None:
    account = account_of(there, login)
    async with person(browser) as page, virtual_key(page):
        await page.goto(there.url(client))
        await sign_in(page, account)
        before = await told(page)
        # nobody can show what they do not have, and the application hears so
        await page.goto(there.url(client, "/approve"))
        assert await refused(page) == "unmet_authentication_requirements"
        await adds_a_key(there, page, account)
        assert await at_sign_in(page, there.url(client, "/approve"))
        await page.get_by_role("button", name="Použít klíč").click()
        await page.wait_for_url(there.url(client, "/approve"))
        after = await told(page)
    assert (before["acr"], after["acr"]) == (TWO_FACTORS, KEY)
    assert (before["sid"], before["sub"]) == (after["sid"], after["sub"])


@pytest.mark.parametrize("client", PROGRAMS)
async def test_a_sign_in_of_just_now_is_asked_for(there: Connected, browser: Browser, client: str) -> None:
    account = account_of(there, "dvorak.petr")
    async with person(browser) as page:
        await page.goto(there.url(client))
        await sign_in(page, account)
        first = await told(page)
        await page.goto(there.url(client, "/pay"))
        assert await told(page) == first
        an_hour_passes(account)
        await page.context.clear_cookies(domain=f"{client}.brana.localhost")
        assert not await at_sign_in(page, there.url(client))
        known = await told(page)
        assert first["auth_time"] - known["auth_time"] == HOUR.total_seconds()
        assert await at_sign_in(page, there.url(client, "/pay"))
        await sign_in(page, account)
        assert page.url == there.url(client, "/pay")
        assert (await told(page))["auth_time"] >= first["auth_time"]


@pytest.mark.parametrize("client", PROGRAMS)
async def test_tokens_are_refreshed_and_an_old_one_ends_them_all(
    there: Connected, browser: Browser, client: str
) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        await page.goto(there.url(client))
        await sign_in(page, account)
        claims = await told(page)
        await page.goto(there.url(client, "/tokens"))
        old = await told(page)
        assert await posted(page, "/refresh") == 200
        await page.goto(there.url(client, "/tokens"))
        new = await told(page)
        assert {old[name] == new[name] for name in ("access_token", "refresh_token", "id_token")} == {False}
        await page.goto(there.url(client))
        assert (await told(page))["sid"] == claims["sid"]
        await page.goto(there.url(client, f"/replay?token={old['refresh_token']}"))
        assert await refused(page) == "invalid_grant"
        assert await posted(page, "/refresh") == 400
    (misused, *_) = await there.entries(Code.REFRESH_TOKEN_MISUSED, person=account.login, application=client)
    assert misused.session == claims["sid"]


@pytest.mark.parametrize("client", PROGRAMS)
async def test_signing_out_of_the_application_signs_out_at_the_provider(
    there: Connected, browser: Browser, client: str
) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        await page.goto(there.url(client))
        await sign_in(page, account)
        before = await page.context.cookies()
        await page.evaluate(
            """() => {
                const form = document.createElement("form");
                Object.assign(form, {method: "post", action: "/sign-out"});
                document.body.append(form);
                form.submit();
            }"""
        )
        await page.wait_for_url(lambda url: "/bye" in url)
        assert page.url.startswith(there.url(client, "/bye"))
        await nothing_is_left(page, there.url(client), before)


async def test_who_is_put_out_is_out_of_each_application_that_was_told(
    there: Connected, browser: Browser
) -> None:
    account = account_of(there, "dvorak.petr")
    async with person(browser) as page:
        await page.goto(there.product.addresses.portal)
        await sign_in(page, account)
        for client in PROGRAMS:  # each has a session of its own from then on
            assert not await at_sign_in(page, there.url(client))
        session = (await told(page))["sid"]
        await is_put_out(there, account)
        await heard(there, session, PROGRAMS)
        for client in PROGRAMS:
            assert await at_sign_in(page, there.url(client))
