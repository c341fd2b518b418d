"""Claims asked for one by one, and the scopes that a client may use, at the running provider."""

import json
from dataclasses import replace

import pytest

from gateway.audit.entry import Code
from idp.directory.work import ActivityRole, Work
from idp.oidc.client import Client, ClientId, Scope
from tests.rig.code_flow import RelyingParty, completed, finish, json_of
from tests.rig.people import HULIN
from tests.rig.provider import Answer
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real

STRONG = "urn:brana:acr:phishing-resistant"
TOWN = [{"code": "588491", "name": "Hulín", "ico": "00287229"}]


def claims(**members: object) -> dict[str, str]:
    return {"claims": json.dumps(members)}


def configured(world: World, client: str = "gis", **changes: object) -> Client:
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[ClientId(client)] = replace(clients[ClientId(client)], **changes)
    return clients[ClientId(client)]


async def told(party: RelyingParty, answer: Answer) -> tuple[dict, dict]:
    """By the id token and by userinfo."""
    tokens = json_of(await party.exchange(party.code_in(answer)))
    bearer = f"Bearer {tokens['access_token']}"
    person = await party.back.get(party.metadata["userinfo_endpoint"], Authorization=bearer)
    return await party.claims(tokens["id_token"], "RS256"), json_of(person)


async def test_each_claim_is_told_where_it_is_wanted_and_nothing_else(world: World) -> None:
    party, browser, _ = await completed(world)
    wanted = claims(
        userinfo={"email": None, "brana_facts_at": {"essential": True}, "birthdate": {"essential": True}},
        id_token={"name": {"essential": True}, "auth_time": None, "zoneinfo": None},
    )
    token, person = await told(party, await party.send(browser, **wanted))
    assert token["name"] == world.jana.name
    assert not {"email", "brana_facts_at", "zoneinfo"} & token.keys()
    assert person.keys() == {"sub", "email", "brana_facts_at"}


async def test_a_claim_that_is_wanted_with_another_value_is_not_told(world: World) -> None:
    party, browser, _ = await completed(world)
    wanted = claims(id_token={"name": {"value": "Karel"}, "email": {"values": ["x", world.jana.mail]}})
    token, _ = await told(party, await party.send(browser, **wanted))
    assert "name" not in token
    assert token["email"] == world.jana.mail


async def test_a_client_is_told_what_its_configuration_opens_alone_however_it_asks(world: World) -> None:
    configured(world, scopes=frozenset({Scope.OPENID, Scope.PROFILE}))
    party, browser, _ = await completed(world)
    wanted = claims(id_token={"email": {"essential": True}, "brana_roles": None}, userinfo={"email": None})
    answer = await party.send(browser, scope="openid profile email roles agendas", **wanted)
    tokens = json_of(await party.exchange(party.code_in(answer)))
    assert tokens["scope"] == "openid profile"
    token = await party.claims(tokens["id_token"], "RS256")
    assert "name" in token
    assert not {"email", "brana_roles"} & token.keys()


async def test_scopes_of_our_own_are_told_to_who_is_configured_for_them(world: World) -> None:
    wide = frozenset({Scope.OPENID, Scope.MUNICIPALITY, Scope.AGENDAS})
    configured(world, scopes=wide)
    work = Work(activity_roles=(ActivityRole(HULIN, "A115", "CR22"),))
    party, browser, _ = await completed(world)
    token, person = await told(party, await party.send(browser, scope="openid municipality agendas"))
    assert token["brana_municipalities"] == person["brana_municipalities"] == TOWN
    assert "brana_agendas" not in token  # no directory tells any
    await world.rig.kept.store.transact(
        lambda book: [
            book.keep_session(replace(one, person=replace(one.person, work=work)))
            for one in book.sessions_of_subject(world.jana.subject)
        ]
    )
    token, person = await told(party, await party.send(browser, scope="openid agendas"))
    agendas = [{"municipality": HULIN, "agenda": "A115", "activity_role": "CR22"}]
    assert token["brana_agendas"] == person["brana_agendas"] == agendas
    assert "brana_municipalities" not in token


async def test_an_essential_level_is_reached_or_refused(world: World) -> None:
    party, browser, _ = await completed(world)
    strong = claims(id_token={"acr": {"essential": True, "values": [STRONG]}})
    refused = await party.send(browser, **strong, prompt="none")
    assert refused.said["error"] == "login_required"
    # Jana has no key: nothing would lead her there
    refused = await party.send(browser, **strong)
    assert refused.said["error"] == "unmet_authentication_requirements"
    unknown = claims(id_token={"acr": {"essential": True, "value": "urn:odd"}})
    refused = await party.send(browser, **unknown)
    assert refused.said["error"] == "unmet_authentication_requirements"
    assert world.rig.kept.entries[-1].code is Code.CODE_REFUSED
    for voluntary in ({"value": "urn:odd"}, None, {"essential": True}):
        assert "code" in (await party.send(browser, **claims(id_token={"acr": voluntary}))).said


async def test_an_essential_level_leads_through_the_factor_that_is_missing(world: World) -> None:
    key = await world.key_of()
    party, browser, _ = await completed(world)
    strong = claims(id_token={"acr": {"essential": True, "values": ["urn:odd", STRONG]}})
    begun = await party.send(browser, **strong, acr_values="urn:brana:acr:two-factors")
    assert "password" not in (await browser.get(begun.location)).text.lower()
    token, _ = await told(party, await browser.key(begun.location, key))
    assert token["acr"] == STRONG


async def test_somebody_else_than_who_is_meant_is_asked_to_sign_in(world: World) -> None:
    party, browser, _ = await completed(world)
    for mine in ({"value": world.jana.subject}, {"values": ["nikdo", world.jana.subject]}):
        assert "code" in (await party.send(browser, **claims(id_token={"sub": mine}), prompt="none")).said
    for other in ({"value": "nikdo"}, {"values": ["kdosi", "nikdo"]}, {"value": 5}):
        refused = await party.send(browser, **claims(id_token={"sub": other}), prompt="none")
        assert refused.said["error"] == "login_required"
    begun = await party.send(browser, **claims(userinfo={"sub": {"value": "nikdo"}}))
    world.rig.clock.forward(seconds=30)
    _, answer = await finish(world, browser, begun.location)
    assert answer.said["error"] == "login_required"


@pytest.mark.parametrize("text", ["{", "[]", '{"id_token":{"acr":{"essential":1}}}'])
async def test_what_has_no_form_is_told_to_the_application(world: World, text: str) -> None:
    party = RelyingParty(world)
    await party.discover()
    assert party.metadata["claims_parameter_supported"] is True
    assert party.metadata["claims_supported"][-2:] == ["brana_municipalities", "brana_agendas"]
    answer = await party.send(world.rig.browser(), claims=text)
    assert answer.said["error"] == "invalid_request"


async def test_what_was_wanted_is_told_after_a_refresh_too(world: World) -> None:
    party = RelyingParty(world, client="by-header", scope="openid offline_access")
    await party.discover()
    browser = world.rig.browser()
    begun = await party.send(browser, **claims(id_token={"name": None}, userinfo={"email": None}))
    _, answer = await finish(world, browser, begun.location)
    tokens = json_of(await party.exchange(party.code_in(answer)))
    again = {
        "grant_type": "refresh_token",
        "refresh_token": tokens["refresh_token"],
        "redirect_uri": "",
        "code_verifier": "",
    }
    tokens = json_of(await party.exchange("", **again))
    assert (await party.claims(tokens["id_token"], "ES256", nonce=None))["name"] == world.jana.name
    person = await party.back.get("/userinfo", Authorization=f"Bearer {tokens['access_token']}")
    assert json_of(person).keys() == {"sub", "email"}
    configured(world, "by-header", scopes=frozenset({Scope.OPENID}))
    again["refresh_token"] = tokens["refresh_token"]
    tokens = json_of(await party.exchange("", **again))
    assert "name" not in await party.claims(tokens["id_token"], "ES256", nonce=None)
