"""Consent to an application outside the centre: asked for once, remembered, withdrawn; never by the centre's own."""

import html
import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from gateway.audit.entry import Code
from idp.login.handle import hashed, new_handle
from idp.oidc.client import ClientId, Scope
from idp.oidc.pushed import push, uri
from tests.idp.http.test_admission import newest, party_of, to_token
from tests.idp.http.test_pushed_requests import configured
from tests.rig.code_flow import RelyingParty, finish
from tests.rig.provider import Answer, Browser
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
SCOPES = "openid profile email roles"


def fields(page: Answer, decision: str) -> dict[str, str]:
    """Of the form that says so."""
    assert page.status == 200, page.text
    [form] = [
        one for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL) if f'value="{decision}"' in one
    ]
    return {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


async def agree(browser: Browser, page: Answer, decision: str = "agree", **changes: str) -> Answer:
    return await browser.post("/consent", fields(page, decision) | changes)


async def agreed(world: World, scope: str = SCOPES) -> tuple[RelyingParty, Browser, Answer]:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    return party, browser, await agree(browser, await party.send(browser, scope=scope))


async def test_a_person_reads_who_learns_what_and_agrees_once(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    page = await party.send(browser, scope=SCOPES)
    for shown in (
        "Kurzy &lt;online&gt;",
        "Kurzy s.r.o.",
        "Your mail address",
        "Your roles",
        ">English<",
        "gis.obec.test",
    ):
        assert shown in page.text
    assert "<online>" not in page.text
    answer = await agree(browser, page)
    assert (await to_token(party, **party.form(party.code_in(answer)))).status == 200
    entry = newest(world, Code.CONSENT_GIVEN)
    assert (entry.application, entry.details["consented"]) == ("outside", SCOPES.split())
    assert party.code_in(await party.send(browser, scope="openid profile"))  # less than was agreed
    assert [one.code for one in world.rig.kept.entries].count(Code.CONSENT_GIVEN) == 1


async def test_what_is_asked_beyond_it_is_asked_about_and_so_is_everything_by_prompt(world: World) -> None:
    party, browser, answer = await agreed(world, "openid")
    assert party.code_in(answer)
    assert "Your name" in (await party.send(browser, scope="openid profile")).text
    assert "That it is you" in (await party.send(browser, scope="openid", prompt="consent")).text
    again = await agree(browser, await party.send(browser, scope="openid", prompt="consent"))
    assert party.code_in(again)


async def test_the_page_says_that_it_may_ask_again_by_itself_where_it_may(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    said = "it may ask for this again by itself until you sign out"
    assert said in (await party.send(browser, scope="openid")).text
    configured(world, "outside", refresh="asked")
    assert said not in (await party.send(browser, scope="openid")).text
    assert said in (await party.send(browser, scope="openid offline_access")).text


async def test_who_asks_silently_is_told_that_consent_is_needed(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    framed = await browser.get(party.address(), **{"Sec-Fetch-Dest": "iframe"})
    for answer in (await party.send(browser, prompt="none"), framed):
        assert answer.said["error"] == "consent_required"
    assert newest(world, Code.CODE_REFUSED).reason == "consent_required"


async def test_who_does_not_agree_goes_back_without_a_code_and_is_asked_again(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    answer = await agree(browser, await party.send(browser, scope=SCOPES), "refuse")
    assert answer.said["error"] == "access_denied"
    assert "code" not in answer.said
    assert newest(world, Code.CONSENT_REFUSED).application == "outside"
    assert "Kurzy s.r.o." in (await party.send(browser, scope=SCOPES)).text


async def test_a_new_sign_in_leads_to_the_question_too_and_keeps_that_it_was_asked_for(world: World) -> None:
    party, browser = await party_of(world, "outside"), world.rig.browser()
    for _ in range(2):
        begun = await party.send(browser, scope="openid", prompt="login consent")
        _, done = await finish(world, browser, begun.location)
        assert parse_qs(urlsplit(done.location).query)["prompt"] == ["consent"]
        answer = await agree(browser, await browser.get(done.location))
        assert party.code_in(answer)
        world.rig.clock.forward(minutes=1)


async def test_what_is_withdrawn_takes_the_tokens_along_and_is_asked_about_again(world: World) -> None:
    party, browser, answer = await agreed(world)
    tokens = json.loads((await to_token(party, **party.form(party.code_in(answer)))).text)
    under_way = party.code_in(await party.send(browser, scope=SCOPES))
    account = await browser.get("/account")
    assert "Kurzy &lt;online&gt;" in account.text
    done = await browser.post("/account/consents/withdraw", {"client": "outside"})
    assert done.location.startswith("/account?done=withdrawn")
    assert "Kurzy" not in (await browser.get("/account")).text
    entry = newest(world, Code.CONSENT_WITHDRAWN)
    assert (entry.application, entry.details["revoked"]) == ("outside", 2)
    again = await to_token(party, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status == 400
    assert (await to_token(party, **party.form(under_way))).status == 400
    bearer = f"Bearer {tokens['access_token']}"
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 401
    assert "Kurzy s.r.o." in (await party.send(browser, scope=SCOPES)).text
    nothing = await browser.post("/account/consents/withdraw", {"client": "outside"})
    assert nothing.location.startswith("/account?done=gone")


async def test_an_application_of_the_centre_asks_nobody(world: World) -> None:
    party = await party_of(world, "public")
    browser, _ = await world.sign_in()
    for changes in ({}, {"prompt": "consent"}):
        assert party.code_in(await party.send(browser, scope=SCOPES, **changes))
    assert not [one for one in world.rig.kept.entries if one.code is Code.CONSENT_GIVEN]


async def test_nobody_agrees_for_another_by_a_page_elsewhere_or_by_another_request(world: World) -> None:
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    page = await party.send(browser, scope="openid")
    form = fields(page, "agree")
    for site in ("cross-site", "same-site", "none"):
        assert (await browser.post("/consent", form, **{"Sec-Fetch-Site": site})).status == 403
    asked_again = await browser.post("/consent", form | {"session": "x" * 22})
    assert "Kurzy s.r.o." in asked_again.text
    elsewhere = form | {"request": form["request"].replace("gis.obec.test", "evil.test")}
    assert (await browser.post("/consent", elsewhere)).status in {303, 400}
    assert not [one for one in world.rig.kept.entries if one.code is Code.CONSENT_GIVEN]
    stranger = world.rig.browser()
    assert (await stranger.post("/consent", form)).said["error"] == "login_required"


async def test_a_claim_that_is_asked_for_by_itself_is_agreed_to_with_its_scope(world: World) -> None:
    party, browser, answer = await agreed(world, "openid")
    assert party.code_in(answer)
    wish = json.dumps(
        {"userinfo": {"email": None}, "id_token": {"brana_municipalities": {"essential": True}}}
    )
    configured(world, "outside", scopes=frozenset(Scope))
    page = await party.send(browser, scope="openid", claims=wish)
    for shown in ("Your mail address", "The municipalities that you work for"):
        assert shown in page.text
    assert "Your name" not in page.text
    assert party.code_in(await agree(browser, page))
    consented = newest(world, Code.CONSENT_GIVEN).details["consented"]
    assert consented == ["openid", "email", "municipality"]
    assert party.code_in(await party.send(browser, scope="openid", claims=wish))


async def test_who_is_heard_by_what_it_pushed_alone_is_agreed_to_by_that(world: World) -> None:
    configured(world, "outside", require_pushed=True)
    party = await party_of(world, "outside")
    browser, _ = await world.sign_in()
    asked = party.asked() | {"scope": "openid"}
    handle = new_handle()
    left = {name: value for name, value in asked.items() if value}
    await world.rig.kept.store.transact(
        lambda book: push(book, urlencode(left), ClientId("outside"), hashed(handle), world.rig.clock())
    )
    page = await browser.get("/authorize?" + urlencode({"client_id": "outside", "request_uri": uri(handle)}))
    form = fields(page, "agree")
    assert parse_qs(form["request"]).keys() == {"client_id", "request_uri"}
    plain = await browser.post("/consent", form | {"request": urlencode(left | {"scope": SCOPES})})
    assert plain.status == 400
    assert not [one for one in world.rig.kept.entries if one.code is Code.CONSENT_GIVEN]
    assert party.code_in(await browser.post("/consent", form))
    assert (await browser.post("/consent", form)).status == 400
