"""Tokens that are given back (RFC 7009), and what a token is worth (RFC 7662), at the running provider."""

from dataclasses import replace

import pytest

from gateway.audit.entry import Code, Entry
from tests.idp.http.test_refresh_tokens import given, is_refused, opens, renewed
from tests.rig.code_flow import RelyingParty, assertion, basic, completed, json_of
from tests.rig.provider import GIS_SECRET, ISSUER, Answer
from tests.rig.sign_in_world import JANA, World

pytestmark = pytest.mark.real

CLIENT = "by-header"


def newest(world: World, code: Code) -> Entry:
    return next(one for one in reversed(world.rig.kept.entries) if one.code is code)


async def ask(world: World, party: RelyingParty, path: str, token: str, **more: str) -> Answer:
    """As the client that `party` is, by its own way."""
    form, headers = {"token": token, **more}, {}
    if party.client == "by-key":
        form |= assertion(world)
    elif party.client == "public":
        form |= {"client_id": "public"}
    elif party.client == "by-form":
        form |= {"client_id": "by-form", "client_secret": GIS_SECRET}
    else:
        headers["Authorization"] = basic(party.client)
    return await party.back.post(path, form, **headers)


@pytest.mark.parametrize("client", [CLIENT, "by-key", "public"])
async def test_an_access_token_that_was_given_back_opens_nothing(world: World, client: str) -> None:
    party, _, tokens = await given(world, client)
    answer = await ask(world, party, "/revoke", tokens["access_token"])
    assert (answer.status, answer.text) == (200, "")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not await opens(party, tokens["access_token"])
    revoked = newest(world, Code.TOKEN_REVOKED)
    assert (revoked.person, revoked.application, revoked.details["revoked"]) == (JANA, client, 1)
    assert (await renewed(world, party, tokens["refresh_token"])).status == 200


@pytest.mark.parametrize("hint", ["refresh_token", "access_token", "neznamy"])
async def test_a_refresh_token_takes_everything_along(world: World, hint: str) -> None:
    party, _, first = await given(world)
    second = json_of(await renewed(world, party, first["refresh_token"]))
    answer = await ask(world, party, "/revoke", second["refresh_token"], token_type_hint=hint)
    assert answer.status == 200
    assert newest(world, Code.TOKEN_REVOKED).details["revoked"] == 3
    for tokens in (first, second):
        assert not await opens(party, tokens["access_token"])
    assert is_refused(await renewed(world, party, second["refresh_token"]))


async def test_an_old_refresh_token_given_back_ends_its_family_too(world: World) -> None:
    party, _, first = await given(world)
    second = json_of(await renewed(world, party, first["refresh_token"]))
    assert (await ask(world, party, "/revoke", first["refresh_token"])).status == 200
    assert is_refused(await renewed(world, party, second["refresh_token"]))


@pytest.mark.parametrize("token", ["x", "A" * 43, "A" * 43 + "." + "B" * 43])
async def test_what_opens_nothing_is_revoked_already(world: World, token: str) -> None:
    party = RelyingParty(world, client=CLIENT)
    assert (await ask(world, party, "/revoke", token)).status == 200
    assert Code.TOKEN_REVOKED not in world.rig.kept.codes()


async def test_giving_back_twice_is_recorded_once(world: World) -> None:
    party, _, tokens = await given(world)
    for _ in range(2):
        assert (await ask(world, party, "/revoke", tokens["refresh_token"])).status == 200
    assert world.rig.kept.codes().count(Code.TOKEN_REVOKED) == 1


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
async def test_nobody_gives_back_what_is_another_client_s(world: World, kind: str) -> None:
    party, _, tokens = await given(world)
    answer = await ask(world, RelyingParty(world, client="public"), "/revoke", tokens[kind])
    assert (answer.status, json_of(answer)["error"]) == (400, "unauthorized_client")
    refused = newest(world, Code.CLIENT_REFUSED)
    assert (refused.application, refused.reason) == ("public", "token_of_another_client")
    assert refused.details["endpoint"] == "revoke"
    assert await opens(party, tokens["access_token"])
    assert (await renewed(world, party, tokens["refresh_token"])).status == 200


@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
async def test_who_does_not_prove_itself_learns_and_changes_nothing(world: World, path: str) -> None:
    party, _, tokens = await given(world)
    form = {"token": tokens["access_token"]}
    for more, headers, reason in (
        ({}, {}, "invalid_client"),
        ({"client_id": CLIENT}, {}, "client_proof_of_another_kind"),
        ({"client_id": CLIENT, "client_secret": GIS_SECRET}, {}, "client_proof_of_another_kind"),
        ({}, {"Authorization": basic(CLIENT, "spatne")}, "client_secret_wrong"),
        ({}, {"Authorization": f"Bearer {tokens['access_token']}"}, "invalid_client"),
    ):
        answer = await party.back.post(path, form | more, **headers)
        assert (answer.status, json_of(answer)["error"]) == (401, "invalid_client")
        assert newest(world, Code.CLIENT_REFUSED).reason == reason
    assert await opens(party, tokens["access_token"])


@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
async def test_guesses_are_counted_there_as_at_the_token_endpoint(world: World, path: str) -> None:
    party, _, tokens = await given(world)
    for number in range(5):
        answer = await party.back.post(
            path, {"token": tokens["access_token"]}, Authorization=basic(CLIENT, f"spatne-{number}")
        )
        assert answer.status == 401
    assert (await ask(world, party, path, tokens["access_token"])).status == 429
    assert newest(world, Code.CLIENT_REFUSED).reason == "client_must_wait"
    assert json_of(await renewed(world, party, tokens["refresh_token"]))["error"] == "slow_down"


@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
async def test_both_take_a_form_with_a_token_once(world: World, path: str) -> None:
    party = RelyingParty(world, client=CLIENT)
    proof = {"Authorization": basic(CLIENT)}
    for answer in (
        await party.back.post(path, {}, **proof),
        await party.back.post(path, [("token", "a"), ("token", "b")], **proof),
        await party.back.post(path, {"token": "a"}, Content_Type="application/json", **proof),
    ):
        assert (answer.status, json_of(answer)["error"]) == (400, "invalid_request")
    assert (await party.back.get(path)).status == 405


@pytest.mark.parametrize("client", [CLIENT, "by-key"])
async def test_a_client_is_told_what_its_access_token_is_worth(world: World, client: str) -> None:
    party, _, tokens = await given(world, client, "openid profile roles offline_access")
    answer = await ask(world, party, "/introspect", tokens["access_token"])
    assert answer.headers["Cache-Control"] == "no-store"
    said, now = json_of(answer), int(world.rig.clock().timestamp())
    claims = await party.claims(tokens["id_token"], "ES256")
    assert said == {
        "active": True,
        "iss": ISSUER,
        "client_id": client,
        "scope": "openid profile roles",
        "token_type": "Bearer",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        **{name: claims[name] for name in ("sub", "sid", "acr", "name", "preferred_username", "locale")},
        **{name: claims[name] for name in ("brana_roles", "brana_facts_at", "brana_ends_at")},
    }


async def test_a_client_is_told_whether_its_refresh_token_is_the_good_one(world: World) -> None:
    party, _, first = await given(world)
    second = json_of(await renewed(world, party, first["refresh_token"]))
    said = json_of(await ask(world, party, "/introspect", second["refresh_token"]))
    now = int(world.rig.clock().timestamp())
    assert (said["active"], said["client_id"], said["sub"]) == (True, CLIENT, world.jana.subject)
    assert said["exp"] == now + 3600
    assert "email" not in said
    assert json_of(await ask(world, party, "/introspect", first["refresh_token"])) == {"active": False}
    assert (await renewed(world, party, second["refresh_token"])).status == 200  # asking spends nothing


async def test_what_is_not_good_any_more_is_inactive(world: World) -> None:
    party, browser, tokens = await given(world)
    world.rig.clock.forward(minutes=5)
    assert json_of(await ask(world, party, "/introspect", tokens["access_token"])) == {"active": False}
    tokens = json_of(await renewed(world, party, tokens["refresh_token"]))
    assert json_of(await ask(world, party, "/introspect", tokens["access_token"]))["active"] is True
    await browser.post("/logout/confirm", {})
    for kind in ("access_token", "refresh_token"):
        assert json_of(await ask(world, party, "/introspect", tokens[kind])) == {"active": False}
    assert json_of(await ask(world, party, "/introspect", "x" * 43)) == {"active": False}


async def test_what_was_withdrawn_is_inactive(world: World) -> None:
    party, _, tokens = await given(world)
    await ask(world, party, "/revoke", tokens["refresh_token"])
    for kind in ("access_token", "refresh_token"):
        assert json_of(await ask(world, party, "/introspect", tokens[kind])) == {"active": False}


async def test_of_another_client_s_tokens_only_who_is_configured_to_is_told_and_of_access_tokens_alone(
    world: World,
) -> None:
    _, _, tokens = await given(world)
    server = RelyingParty(world, client="by-form")
    assert json_of(await ask(world, server, "/introspect", tokens["access_token"])) == {"active": False}
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients["by-form"] = replace(clients["by-form"], introspects=frozenset({CLIENT}))
    said = json_of(await ask(world, server, "/introspect", tokens["access_token"]))
    assert (said["active"], said["client_id"]) == (True, CLIENT)
    assert json_of(await ask(world, server, "/introspect", tokens["refresh_token"])) == {"active": False}
    _, _, others = await given_later(world, "by-key")
    assert json_of(await ask(world, server, "/introspect", others["access_token"])) == {"active": False}


async def given_later(world: World, client: str) -> tuple[RelyingParty, str, dict[str, str]]:
    """Each one-time code is good once."""
    world.rig.clock.forward(minutes=1)
    party, _, code = await completed(world, client=client)
    return party, code, json_of(await party.back.post("/token", party.form(code) | assertion(world)))


async def test_a_public_client_asks_about_nothing(world: World) -> None:
    party, _, tokens = await given(world, "public")
    answer = await ask(world, party, "/introspect", tokens["access_token"])
    assert (answer.status, json_of(answer)["error"]) == (400, "unauthorized_client")
    refused = newest(world, Code.CLIENT_REFUSED)
    assert (refused.application, refused.reason) == ("public", "unauthorized_client")
    assert refused.details["endpoint"] == "introspect"


async def test_an_assertion_is_spent_at_every_endpoint(world: World) -> None:
    party, _, tokens = await given(world, "by-key")
    form = {"token": tokens["access_token"]} | assertion(world)
    assert (await party.back.post("/introspect", form)).status == 200
    for path in ("/introspect", "/revoke"):
        assert (await party.back.post(path, form)).status == 401
        assert newest(world, Code.CLIENT_REFUSED).reason == "client_assertion_used_twice"


async def test_the_discovery_document_says_where_and_how(world: World) -> None:
    document = await RelyingParty(world).discover()
    assert document["revocation_endpoint"] == f"{ISSUER}/revoke"
    assert document["introspection_endpoint"] == f"{ISSUER}/introspect"
    assert "none" in document["revocation_endpoint_auth_methods_supported"]
    assert "none" not in document["introspection_endpoint_auth_methods_supported"]
    assert "refresh_token" in document["grant_types_supported"]
