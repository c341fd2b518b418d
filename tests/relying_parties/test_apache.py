"""Debian's mod_auth_openidc in front of an old application, as `docs/connecting.md` has it, at the running product."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, Response

from gateway.audit.entry import Code
from tests.journeys.conftest import person, sign_in
from tests.relying_parties.conftest import (
    KEY,
    TWO_FACTORS,
    account_of,
    adds_a_key,
    heard,
    is_put_out,
    nothing_is_left,
    told,
)
from tests.rig.connected import Connected
from tests.rig.virtual_key import virtual_key

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]
CLIENT = "wiki"


async def known_to_apache(there: Connected, page: Page) -> Any:
    """What the module keeps of the person."""
    await page.goto(there.url(CLIENT, "/oidc?info=json"))
    return await told(page)


async def at_sign_in(there: Connected, page: Page) -> bool:
    await page.goto(there.url(CLIENT))
    return "://login." in page.url


async def is_worthless(there: Connected, token: str) -> bool:
    """Whether somebody with the client's secret gets nothing for that refresh token."""
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT,
        "client_secret": (there.folder / "wiki.secret").read_text().strip(),
        "refresh_token": token,
    }
    answer = await there.product.visitor().post(f"{there.product.addresses.issuer}/token", form)
    return answer.status == 400 and '"invalid_grant"' in answer.text


async def test_the_application_behind_it_is_told_who_asks(there: Connected, browser: Browser) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        assert await at_sign_in(there, page)
        await sign_in(page, account)
        assert page.url == there.url(CLIENT)
        headers = await told(page)
    assert headers["x-remote-user"] == account.login
    assert headers["oidc_claim_sub"] == account.subject
    assert headers["oidc_claim_name"] == account.name
    assert headers["oidc_claim_acr"] == TWO_FACTORS
    assert await there.entries(Code.CODE_ISSUED, person=account.login, application=CLIENT)


async def test_nobody_else_says_who_asks(there: Connected) -> None:
    """Neither its own headers nor a path beside the protected ones open the application to a stranger."""
    stranger = there.product.visitor()
    for path in ("/", "/approve", "/any/where"):
        said = {"X-Remote-User": "novakova.jana", "OIDC_CLAIM_sub": "x"}
        answer = await stranger.get(there.url(CLIENT, path), headers=said, follow=False)
        assert answer.status == 302
        assert str(answer.location).startswith(f"{there.product.addresses.issuer}/authorize?")


async def test_a_path_asks_for_a_key_and_the_session_goes_on(there: Connected, browser: Browser) -> None:
    account = account_of(there, "horak.tomas")
    async with person(browser) as page, virtual_key(page):
        await page.goto(there.url(CLIENT))
        await sign_in(page, account)
        before = await known_to_apache(there, page)
        await adds_a_key(there, page, account)
        await page.goto(there.url(CLIENT, "/approve"))  # it is sent on by a page of the module's
        await page.wait_for_url(lambda url: "://login." in url)
        await page.get_by_role("button", name="Použít klíč").click()
        await page.wait_for_url(there.url(CLIENT, "/approve"))
        headers = await told(page)
    assert headers["oidc_claim_acr"] == KEY
    assert headers["oidc_claim_sid"] == before["id_token"]["sid"]


async def test_it_refreshes_and_what_was_used_ends_them_all(there: Connected, browser: Browser) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        await page.goto(there.url(CLIENT))
        await sign_in(page, account)
        old = await known_to_apache(there, page)
        back = quote(there.url(CLIENT), safe="")
        await page.goto(there.url(CLIENT, f"/oidc?refresh={back}&access_token={old['access_token']}"))
        assert page.url == there.url(CLIENT)
        new = await known_to_apache(there, page)
        assert {old[name] == new[name] for name in ("access_token", "refresh_token")} == {False}
        for token in (old["refresh_token"], new["refresh_token"]):
            assert await is_worthless(there, token)
    assert await there.entries(Code.REFRESH_TOKEN_MISUSED, person=account.login, application=CLIENT)


async def test_it_refreshes_by_itself_and_who_gets_nothing_more_is_signed_out_there(
    there: Connected, browser: Browser
) -> None:
    account = account_of(there, "dvorak.petr")
    async with person(browser) as page:
        await page.goto(there.url(CLIENT))
        await sign_in(page, account)
        old = await known_to_apache(there, page)
        await asyncio.sleep(1.5)
        await page.goto(there.url(CLIENT, "/soon"))
        new = await known_to_apache(there, page)
        assert {old[name] == new[name] for name in ("access_token", "refresh_token")} == {False}
        sign_ins = {"person": account.login, "application": CLIENT, "session": new["id_token"]["sid"]}
        assert len(await there.entries(Code.CODE_ISSUED, **sign_ins)) == 1
        assert await is_worthless(there, old["refresh_token"])
        await asyncio.sleep(1.5)
        await page.goto(there.url(CLIENT, "/soon"))
        assert "Logged Out" in await page.inner_text("body")
        await page.goto(there.url(CLIENT, "/soon"))  # who is signed in at the provider needs no page for it
        assert len(await there.entries(Code.CODE_ISSUED, **sign_ins)) == 2


async def test_its_link_signs_out_at_the_provider(there: Connected, browser: Browser) -> None:
    account = account_of(there, "dvorak.petr")
    async with person(browser) as page:
        await page.goto(there.url(CLIENT))
        await sign_in(page, account)
        before, after = await page.context.cookies(), there.url(CLIENT, "/signed-out")
        await page.goto(there.url(CLIENT, f"/oidc?logout={quote(after, safe='')}"))
        await page.wait_for_url(after)
        await nothing_is_left(page, there.url(CLIENT), before)


async def test_who_is_put_out_is_out_of_it(there: Connected, browser: Browser) -> None:
    account = account_of(there, "dvorak.petr")
    async with person(browser) as page:
        await page.goto(there.product.addresses.portal)
        await sign_in(page, account)
        assert not await at_sign_in(there, page)
        session = (await told(page))["oidc_claim_sid"]
        await is_put_out(there, account)
        await heard(there, session, [CLIENT])
        assert await at_sign_in(there, page)


async def test_a_sign_out_elsewhere_reaches_it_by_the_browser_too(there: Connected, browser: Browser) -> None:
    account = account_of(there, "novakova.jana")
    async with person(browser) as page:
        await page.goto(there.product.addresses.portal)
        await sign_in(page, account)
        assert not await at_sign_in(there, page)
        framed: list[Response] = []
        page.on("response", lambda one: framed.append(one) if "logout=get" in one.url else None)
        await page.goto(there.product.addresses.portal)
        await page.get_by_role("button", name="Odhlásit").first.click()
        await page.wait_for_load_state("networkidle")
        (answer,) = framed
        assert answer.status == 200
        assert "mod_auth_openidc_session" in (await answer.request.all_headers())["cookie"]
        assert await at_sign_in(there, page)
