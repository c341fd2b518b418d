"""Userinfo as a signed JWT (OpenID Connect Core 1.0 §5.3.2)."""

from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.oidc.client import Algorithm, ClientId
from tests.rig.code_flow import completed, json_of
from tests.rig.provider import ISSUER
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_what_is_told_is_signed_for_the_client_and_passes_for_nothing_else(
    world: World, algorithm: Algorithm
) -> None:
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[ClientId("gis")] = replace(clients[ClientId("gis")], userinfo_algorithm=algorithm)
    party, browser, code = await completed(world, scope="openid profile")
    assert algorithm in party.metadata["userinfo_signing_alg_values_supported"]
    bearer = "Bearer " + json_of(await party.exchange(code))["access_token"]
    answer = await party.back.get("/userinfo", Authorization=bearer)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/jwt")
    assert answer.headers["Cache-Control"] == "no-store"
    keys = KeySet.import_key_set(json_of(await party.back.get("/jwks")))
    read = jwt.decode(answer.text, keys, algorithms=[algorithm])
    assert read.header["typ"] == "userinfo+jwt"
    assert read.claims == {
        "iss": ISSUER,
        "aud": "gis",
        "sub": world.jana.subject,
        "name": world.jana.name,
        "preferred_username": world.jana.login,
        "locale": "en",
    }
    as_hint = await party.send(browser, id_token_hint=answer.text)
    assert as_hint.said["error"] == "invalid_request"
    refused = await party.back.get("/userinfo", Authorization=bearer + "x")
    assert (refused.status, json_of(refused)["error"]) == (401, "invalid_token")
