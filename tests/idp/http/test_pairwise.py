"""Clients that know people by names of their own (OpenID Connect Core 1.0 §8.1): always the same, and nobody else's."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from idp.oidc.client import Clients
from tests.rig.code_flow import RelyingParty, basic, completed, json_of
from tests.rig.provider import GIS_CALLBACK, Browser
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real

CLIENT = "own-names"


async def told(world: World, browser: Browser, client: str) -> dict[str, str]:
    """What a client's id token says of whoever is signed in in the browser."""
    party = RelyingParty(world, client=client)
    await party.discover()
    tokens = json_of(await party.exchange(party.code_in(await party.send(browser))))
    return await party.claims(tokens["id_token"], "ES256") | {"token": tokens["id_token"]}


async def test_a_person_has_one_name_in_all_that_the_client_is_told(world: World) -> None:
    party, _, code = await completed(world, client=CLIENT, scope="openid profile")
    tokens = json_of(await party.exchange(code))
    claims = await party.claims(tokens["id_token"], "ES256")
    assert claims["sub"] != world.jana.subject
    assert len(claims["sub"]) == 43
    (session,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    assert claims["sid"] != session.sid
    bearer = f"Bearer {tokens['access_token']}"
    assert json_of(await party.back.get("/userinfo", Authorization=bearer))["sub"] == claims["sub"]
    for kind in ("access_token", "refresh_token"):
        said = json_of(
            await party.back.post("/introspect", {"token": tokens[kind]}, Authorization=basic(CLIENT))
        )
        assert (said["sub"], said["sid"]) == (claims["sub"], claims["sid"])
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    again = json_of(await party.back.post("/token", form, Authorization=basic(CLIENT)))
    later = await party.claims(again["id_token"], "ES256", nonce=None)
    assert (later["sub"], later["sid"]) == (claims["sub"], claims["sid"])
    issued = next(one for one in world.rig.kept.entries if one.code is Code.TOKEN_ISSUED)
    assert (issued.subject, issued.session) == (world.jana.subject, session.sid)  # the log knows whose it is


async def test_it_is_the_same_in_every_sign_in_and_another_in_another_sector(world: World) -> None:
    browser, _ = await world.sign_in()
    own, same, other, public = [
        await told(world, browser, name) for name in (CLIENT, "same-names", "other-names", "by-header")
    ]
    assert own["sub"] == same["sub"]
    assert len({own["sub"], other["sub"], public["sub"]}) == 3
    assert len({own["sid"], other["sid"], public["sid"]}) == 3
    assert public["sub"] == world.jana.subject
    await browser.post("/logout/confirm", {})
    world.rig.clock.forward(minutes=1)
    browser, _ = await world.sign_in()
    later = await told(world, browser, CLIENT)
    assert later["sub"] == own["sub"]
    assert later["sid"] != own["sid"]


async def test_a_hint_means_its_person_and_nobody_else(world: World) -> None:
    browser, _ = await world.sign_in()
    own = await told(world, browser, CLIENT)
    party = RelyingParty(world, client=CLIENT)
    await party.discover()
    hinted = {"prompt": "none", "id_token_hint": own["token"]}
    party.code_in(await party.send(browser, **hinted))
    clients: Clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[CLIENT] = replace(clients[CLIENT], sector="c.test")  # as somebody else would be called
    answer = await party.send(browser, **hinted)
    assert answer.said["error"] == "login_required"
    public = await told(world, browser, "by-header")
    party.code_in(await party.send(browser, prompt="none", id_token_hint=public["token"]))


async def test_its_hint_signs_out_without_a_question_and_another_s_does_not(world: World) -> None:
    browser, _ = await world.sign_in()
    own = await told(world, browser, CLIENT)
    browser_of_another = world.rig.browser()
    world.rig.clock.forward(minutes=1)
    await world.sign_in(browser_of_another)
    leave = "/logout?" + urlencode({"id_token_hint": own["token"], "post_logout_redirect_uri": GIS_CALLBACK})
    assert (await browser_of_another.get(leave)).status == 200  # it asks first
    answer = await browser.get(leave)
    assert (answer.status, answer.location) == (303, GIS_CALLBACK)
    assert "login_required" in await browser.begin(prompt="none")
    assert "code=" in await browser_of_another.begin(prompt="none")


async def test_the_discovery_document_offers_both_kinds(world: World) -> None:
    document = await RelyingParty(world).discover()
    assert document["subject_types_supported"] == ["public", "pairwise"]
