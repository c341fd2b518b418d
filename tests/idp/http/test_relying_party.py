"""An independent relying party, following the discovery document with joserfc alone, and attacks on it."""

import base64
import hashlib

import pytest

from gateway.audit.entry import Code
from tests.rig.code_flow import b64, completed, json_of
from tests.rig.provider import CALLBACK, GIS_CALLBACK, GIS_SECRET
from tests.rig.sign_in_world import JANA, World

pytestmark = pytest.mark.real


async def test_the_whole_way_of_a_confidential_client_with_rs256(world: World):
    party, _, code = await completed(world, scope="openid profile email roles")
    answer = await party.exchange(code)
    assert answer.status == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = json_of(answer)
    claims = await party.claims(tokens["id_token"], "RS256")
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == b64(half)
    assert claims["sub"] == world.jana.subject
    assert claims["acr"] == "urn:brana:acr:two-factors"
    assert claims["amr"] == ["pwd", "otp", "mfa"]
    assert claims["auth_time"] == int(world.rig.clock().timestamp())
    assert len(claims["sid"]) == 22
    assert claims["name"] == world.jana.name
    assert claims["preferred_username"] == JANA
    assert claims["locale"] == "en"
    assert claims["email"] == world.jana.mail
    assert claims["brana_roles"] == [{"municipality": "588491", "role": "registrar"}]
    told = await party.back.get(
        party.metadata["userinfo_endpoint"], Authorization=f"Bearer {tokens['access_token']}"
    )
    person = {
        "sub",
        "name",
        "preferred_username",
        "locale",
        "email",
        "brana_roles",
        "brana_facts_at",
        "brana_ends_at",
    }
    assert json_of(told) == {name: value for name, value in claims.items() if name in person}


async def test_the_gateway_gets_es256_and_roles_without_asking(world: World):
    party, _, code = await completed(world, client="brana-gateway", callback=CALLBACK)
    answer = await party.back.post("/token", party.form(code, client_id="brana-gateway"))
    claims = await party.claims(json_of(answer)["id_token"], "ES256")
    assert claims["brana_roles"] == [{"municipality": "588491", "role": "registrar"}]
    assert "email" not in claims


async def test_a_client_is_told_no_more_than_it_asks(world: World):
    party, _, code = await completed(world)
    claims = await party.claims(json_of(await party.exchange(code))["id_token"], "RS256")
    assert not {"name", "email", "brana_roles", "preferred_username"} & set(claims)


async def test_a_client_may_prove_itself_in_the_form(world: World):
    party, _, code = await completed(world)
    form = party.form(code, client_id="gis", client_secret=GIS_SECRET)
    assert (await party.back.post("/token", form)).status == 200


async def test_a_code_used_twice_is_refused_and_withdraws_what_it_gave(world: World):
    party, _, code = await completed(world)
    access = json_of(await party.exchange(code))["access_token"]
    bearer = f"Bearer {access}"
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 200
    again = await party.exchange(code)
    assert (again.status, json_of(again)["error"]) == (400, "invalid_grant")
    refused = await party.back.get("/userinfo", Authorization=bearer)
    assert refused.status == 401
    assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert "code_used_twice" in world.rig.kept.reasons()
    assert world.rig.kept.entries[-1].details["revoked"] == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code_verifier": "B" * 43}, "verifier_wrong"),
        ({"redirect_uri": GIS_CALLBACK + "/"}, "redirect_uri_differs"),
        ({"code": "C" * 43}, "code_unknown"),
    ],
)
async def test_a_code_is_bound_to_proof_and_address(world: World, changes, reason):
    party, _, code = await completed(world)
    answer = await party.exchange(**{"code": code, **changes})
    assert (answer.status, json_of(answer)["error"]) == (400, "invalid_grant")
    assert world.rig.kept.entries[-1].code is Code.TOKEN_REFUSED
    assert world.rig.kept.entries[-1].reason == reason


async def test_a_code_whose_proof_failed_is_spent(world: World):
    party, _, code = await completed(world)
    await party.exchange(code, code_verifier="B" * 43)
    assert (await party.exchange(code)).status == 400


async def test_a_code_of_one_client_is_worth_nothing_to_another(world: World):
    party, _, code = await completed(world)
    form = party.form(code, client_id="brana-gateway")
    assert json_of(await party.back.post("/token", form))["error"] == "invalid_grant"
    assert world.rig.kept.entries[-1].reason == "code_of_another_client"
    assert (await party.exchange(code)).status == 200


async def test_a_code_lives_a_minute(world: World):
    party, _, code = await completed(world)
    world.rig.clock.forward(seconds=60)
    assert json_of(await party.exchange(code))["error"] == "invalid_grant"


async def test_a_code_of_a_session_that_ended_is_refused(world: World):
    party, browser, code = await completed(world)
    await browser.post("/logout/confirm", {})
    assert (await party.exchange(code)).status == 400
    assert world.rig.kept.entries[-1].reason == "session_ended"


@pytest.mark.parametrize(
    "authorization",
    ["Basic " + base64.b64encode(b"gis:spatne").decode(), "Basic " + base64.b64encode(b"gis:").decode(),
     "Basic " + base64.b64encode(b"nikdo:x").decode(), "Basic !!!", "Bearer x", "Basic"],
)  # fmt: skip
async def test_a_client_without_its_secret_gets_nothing(world: World, authorization):
    party, _, code = await completed(world)
    answer = await party.exchange(code, authorization)
    assert (answer.status, json_of(answer)["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
    assert (await party.exchange(code)).status == 200


async def test_leaving_the_secret_out_does_not_make_a_client_public(world: World):
    party, _, code = await completed(world)
    answer = await party.back.post("/token", party.form(code, client_id="gis"))
    assert json_of(answer)["error"] == "invalid_client"


async def test_two_ways_of_proving_at_once_are_refused(world: World):
    party, _, code = await completed(world)
    answer = await party.exchange(code, client_secret=GIS_SECRET)
    assert json_of(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("grant", ["password", "client_credentials", "implicit"])
async def test_no_other_grant_is_offered(world: World, grant):
    party, _, code = await completed(world)
    assert json_of(await party.exchange(code, grant_type=grant))["error"] == "unsupported_grant_type"


async def test_who_is_not_configured_to_refresh_gets_no_refresh_token_and_may_not_use_one(world: World):
    party, _, code = await completed(world, scope="openid offline_access")
    tokens = json_of(await party.exchange(code))
    assert "refresh_token" not in tokens
    assert tokens["scope"] == "openid"
    answer = await party.exchange(code, grant_type="refresh_token")
    assert (answer.status, json_of(answer)["error"]) == (400, "unauthorized_client")


async def test_the_token_endpoint_reads_forms_only(world: World):
    browser = world.rig.browser()
    answer = await browser.post("/token", {}, Content_Type="application/json")
    assert json_of(answer)["error"] == "invalid_request"
    assert (await browser.get("/token")).status == 405


async def test_a_long_body_is_refused(world: World):
    browser = world.rig.browser()
    assert (await browser.post("/token", {"code": "x" * 20_000})).status == 413


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer " + "A" * 43, "Basic eA==", "Bearer a b"])
async def test_userinfo_opens_to_live_tokens_only(world: World, header):
    answer = await world.rig.browser().get("/userinfo", Authorization=header)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_access_token_dies_with_the_session_and_by_age(world: World):
    party, browser, code = await completed(world)
    bearer = "Bearer " + json_of(await party.exchange(code))["access_token"]
    world.rig.clock.forward(minutes=5)
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 401
    again = await party.send(browser)
    bearer = "Bearer " + json_of(await party.exchange(party.code_in(again)))["access_token"]
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 200
    await browser.post("/logout/confirm", {})
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 401


async def test_an_id_token_is_no_access_token(world: World):
    party, _, code = await completed(world)
    tokens = json_of(await party.exchange(code))
    assert (await party.back.get("/userinfo", Authorization=f"Bearer {tokens['id_token']}")).status == 401


async def test_published_keys_hold_nothing_private(world: World):
    keys = json_of(await world.rig.browser().get("/jwks"))["keys"]
    assert {key["alg"] for key in keys} == {"ES256", "RS256"}
    assert not any({"d", "p", "q", "dp", "dq", "qi", "k"} & set(key) for key in keys)
    assert all(key["use"] == "sig" and key["kid"] for key in keys)
