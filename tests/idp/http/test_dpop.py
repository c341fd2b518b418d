"""Tokens that are bound to a key, at the running provider (RFC 9449): given by a proof, worth nothing without it."""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from tests.idp.http.test_device_grant import answered, asked, error, newest, typed
from tests.rig.code_flow import RelyingParty, assertion, basic, completed, json_of
from tests.rig.dpop_key import DpopKey
from tests.rig.provider import ISSUER, Answer
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
TOKEN, USERINFO = f"{ISSUER}/token", f"{ISSUER}/userinfo"
REFUSED = (400, "invalid_dpop_proof")


async def to_token(
    world: World, party: RelyingParty, form: dict[str, str], proof: str | None, authorization: str = ""
) -> Answer:
    headers = {"DPoP": proof} if proof is not None else {}
    if authorization:
        return await party.back.post("/token", form, Authorization=authorization, **headers)
    more = assertion(world) if party.client == "by-key" else {"client_id": party.client}
    return await party.back.post("/token", form | more, **headers)


async def given(
    world: World, key: DpopKey, client: str = "bound", **more: str
) -> tuple[RelyingParty, dict[str, Any]]:
    party, _, code = await completed(world, client=client, **more)
    proof = key.proof("POST", TOKEN, world.rig.clock())
    authorization = basic(client) if client == "by-header" else ""
    answer = await to_token(world, party, party.form(code), proof, authorization)
    assert answer.status == 200, answer.text
    return party, json_of(answer)


async def shown(
    world: World, party: RelyingParty, token: str, proof: str | None, scheme: str = "DPoP"
) -> Answer:
    headers = {"DPoP": proof} if proof is not None else {}
    return await party.back.get("/userinfo", Authorization=f"{scheme} {token}", **headers)


def for_userinfo(world: World, key: DpopKey, token: str | None, **changes: object) -> str:
    return key.proof("GET", USERINFO, world.rig.clock(), token, **changes)


def why(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.headers["x-brana-reason"]


@pytest.mark.parametrize("client", ["bound", "public", "by-key"])
async def test_a_token_is_bound_to_the_key_that_was_shown(world: World, client: str) -> None:
    key = DpopKey()
    party, tokens = await given(world, key, client)
    assert tokens["token_type"] == "DPoP"
    told = await shown(world, party, tokens["access_token"], for_userinfo(world, key, tokens["access_token"]))
    assert json_of(told)["sub"] == world.jana.subject


async def test_discovery_says_it(world: World) -> None:
    told = await RelyingParty(world).discover()
    assert told["dpop_signing_alg_values_supported"] == ["ES256", "Ed25519", "EdDSA", "RS256", "PS256"]


async def test_a_stolen_token_is_worth_nothing_without_its_key(world: World) -> None:
    key, thief = DpopKey(), DpopKey()
    party, tokens = await given(world, key)
    token = tokens["access_token"]
    read = for_userinfo(world, key, token)
    assert (await shown(world, party, token, read)).status == 200
    for proof, scheme, reason in (
        (None, "Bearer", "dpop_proof_missing"),
        (None, "DPoP", "dpop_proof_missing"),
        (for_userinfo(world, key, token), "Bearer", "dpop_proof_missing"),
        (for_userinfo(world, thief, token), "DPoP", "dpop_key_differs"),
        (read, "DPoP", "dpop_proof_used_twice"),
        (for_userinfo(world, key, "A" * 43), "DPoP", "dpop_proof_for_another"),
        (for_userinfo(world, key, None), "DPoP", "dpop_proof_for_another"),
        (key.proof("POST", USERINFO, world.rig.clock(), token), "DPoP", "dpop_proof_for_another"),
        (key.proof("GET", TOKEN, world.rig.clock(), token), "DPoP", "dpop_proof_for_another"),
        ("x", "DPoP", "dpop_proof_wrong"),
    ):
        answer = await shown(world, party, token, proof, scheme)
        assert why(answer) == (401, reason)
        assert answer.headers["WWW-Authenticate"].startswith('DPoP realm="brana", error="')
        assert 'algs="ES256 ' in answer.headers["WWW-Authenticate"]
    late = for_userinfo(world, key, token)
    world.rig.clock.forward(seconds=60)
    assert why(await shown(world, party, token, late)) == (401, "dpop_proof_out_of_time")


async def test_a_token_that_is_bound_to_nothing_is_not_shown_as_if_it_were(world: World) -> None:
    party, _, code = await completed(world, client="public")
    tokens = json_of(await to_token(world, party, party.form(code), None))
    assert tokens["token_type"] == "Bearer"
    token, key = tokens["access_token"], DpopKey()
    assert why(await shown(world, party, token, for_userinfo(world, key, token))) == (401, "token_not_bound")
    assert (await shown(world, party, token, None, "Bearer")).status == 200


async def test_a_proof_counts_once_however_many_use_it_at_once(world: World) -> None:
    key = DpopKey()
    party, tokens = await given(world, key)
    proof = for_userinfo(world, key, tokens["access_token"])
    answers = await asyncio.gather(*(shown(world, party, tokens["access_token"], proof) for _ in range(8)))
    assert Counter(one.status for one in answers) == {200: 1, 401: 7}


async def test_a_client_that_is_bound_gets_nothing_without_a_proof_and_keeps_its_code(world: World) -> None:
    party, _, code = await completed(world, client="bound")
    assert error(await to_token(world, party, party.form(code), None)) == REFUSED
    assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_proof_missing"
    proof = DpopKey().proof("POST", TOKEN, world.rig.clock())
    assert (await to_token(world, party, party.form(code), proof)).status == 200


@pytest.mark.parametrize("client", ["bound", "public"])
async def test_a_wrong_proof_is_refused_also_where_none_is_needed(world: World, client: str) -> None:
    key, now = DpopKey(), world.rig.clock()
    party, _, code = await completed(world, client=client)
    for proof, reason in (
        (key.proof("POST", USERINFO, now), "dpop_proof_for_another"),
        (key.proof("GET", TOKEN, now), "dpop_proof_for_another"),
        (key.proof("POST", TOKEN, now, header={"typ": "JWT"}), "dpop_proof_wrong"),
        ("", "dpop_proof_wrong"),
    ):
        answer = await to_token(world, party, party.form(code), proof)
        assert error(answer) == REFUSED
        refused = newest(world, Code.TOKEN_REFUSED)
        assert (refused.reason, refused.application) == (reason, client)


async def test_a_proof_of_one_request_is_none_for_the_next(world: World) -> None:
    key = DpopKey()
    party, _, code = await completed(world, client="bound")
    proof = key.proof("POST", TOKEN, world.rig.clock())
    first = json_of(await to_token(world, party, party.form(code), proof))
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    assert error(await to_token(world, party, again, proof)) == REFUSED
    assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_proof_used_twice"
    fresh = key.proof("POST", TOKEN, world.rig.clock())
    assert (await to_token(world, party, again, fresh)).status == 200


async def test_the_refresh_token_of_a_public_client_is_bound_too_and_a_thief_cannot_end_it(
    world: World,
) -> None:
    key, thief = DpopKey(), DpopKey()
    party, tokens = await given(world, key, "public")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    for proof in (thief.proof("POST", TOKEN, world.rig.clock()), None):
        assert error(await to_token(world, party, form, proof)) == (400, "invalid_grant")
        assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_key_differs"
    answer = await to_token(world, party, form, key.proof("POST", TOKEN, world.rig.clock()))
    assert json_of(answer)["token_type"] == "DPoP"
    stale = await to_token(world, party, form, thief.proof("POST", TOKEN, world.rig.clock()))
    assert error(stale) == (400, "invalid_grant")
    assert Code.REFRESH_TOKEN_MISUSED not in world.rig.kept.codes()
    mine = {"grant_type": "refresh_token", "refresh_token": json_of(answer)["refresh_token"]}
    assert (await to_token(world, party, mine, key.proof("POST", TOKEN, world.rig.clock()))).status == 200


async def test_a_client_that_proves_itself_may_take_another_key(world: World) -> None:
    key, next_key = DpopKey(), DpopKey()
    party, tokens = await given(world, key, "by-header", scope="openid offline_access")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    proof = next_key.proof("POST", TOKEN, world.rig.clock())
    token = json_of(await to_token(world, party, form, proof, basic("by-header")))["access_token"]
    assert (await shown(world, party, token, for_userinfo(world, next_key, token))).status == 200
    assert why(await shown(world, party, token, for_userinfo(world, key, token)))[1] == "dpop_key_differs"


async def test_a_code_that_names_a_key_is_exchanged_by_that_key_alone(world: World) -> None:
    key, thief = DpopKey(), DpopKey()
    party = RelyingParty(world, client="public")
    await party.discover()
    browser, _ = await world.sign_in()
    for proof in (None, thief.proof("POST", TOKEN, world.rig.clock())):
        code = party.code_in(await party.send(browser, dpop_jkt=key.jkt))
        assert error(await to_token(world, party, party.form(code), proof)) == (400, "invalid_grant")
        assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_key_differs"
    code = party.code_in(await party.send(browser, dpop_jkt=key.jkt))
    proof = key.proof("POST", TOKEN, world.rig.clock())
    assert (await to_token(world, party, party.form(code), proof)).status == 200
    wrong = await party.send(browser, dpop_jkt="x")
    assert wrong.said["error"] == "invalid_request"


async def test_who_may_ask_is_told_the_key(world: World) -> None:
    key = DpopKey()
    party, tokens = await given(world, key, "by-header", scope="openid")
    form = {"token": tokens["access_token"]}
    told = json_of(await party.back.post("/introspect", form, Authorization=basic("by-header")))
    assert (told["active"], told["token_type"], told["cnf"]) == (True, "DPoP", {"jkt": key.jkt})


async def test_a_program_without_a_browser_binds_its_tokens_in_the_same_way(world: World) -> None:
    key, thief = DpopKey(), DpopKey()
    browser, _ = await world.sign_in()
    program, told = await asked(world)
    await typed(browser, told["user_code"])
    await answered(browser, told["user_code"])
    form = {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "device_code": told["device_code"],
        "client_id": "tool",
    }
    tokens = json_of(await program.post("/token", form, DPoP=key.proof("POST", TOKEN, world.rig.clock())))
    assert tokens["token_type"] == "DPoP"
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "tool"}
    stolen = await program.post("/token", again, DPoP=thief.proof("POST", TOKEN, world.rig.clock()))
    assert error(stolen) == (400, "invalid_grant")


async def test_a_technical_account_is_told_that_its_tokens_are_bound_to_no_key(world: World) -> None:
    proof = DpopKey().proof("POST", TOKEN, world.rig.clock())
    form = {"grant_type": "client_credentials", "resource": "https://ucetnictvi.obec.test"}
    answer = await world.rig.browser().post("/token", form, DPoP=proof, Authorization=basic("robot"))
    assert error(answer) == REFUSED
    assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_not_for_programs"


async def test_a_proof_that_comes_with_a_pushed_request_binds_its_code(world: World) -> None:
    key, thief, address = DpopKey(), DpopKey(), f"{ISSUER}/par"
    party = RelyingParty(world, client="by-header")
    await party.discover()
    browser, _ = await world.sign_in()

    async def push(proof: str, **more: str) -> Answer:
        form = party.asked() | more
        return await party.back.post("/par", form, Authorization=basic("by-header"), DPoP=proof)

    first = key.proof("POST", address, world.rig.clock())
    uri = json_of(await push(first))["request_uri"]
    for proof, more, reason in (
        (first, {}, "dpop_proof_used_twice"),
        (key.proof("POST", TOKEN, world.rig.clock()), {}, "dpop_proof_for_another"),
        (key.proof("POST", address, world.rig.clock()), {"dpop_jkt": thief.jkt}, "dpop_key_differs"),
    ):
        assert error(await push(proof, **more)) == REFUSED
        assert newest(world, Code.CLIENT_REFUSED).reason == reason
    asked = urlencode({"client_id": "by-header", "request_uri": uri})
    code = party.code_in(await browser.get(f"/authorize?{asked}"))
    stolen = thief.proof("POST", TOKEN, world.rig.clock())
    answer = await to_token(world, party, party.form(code), stolen, basic("by-header"))
    assert error(answer) == (400, "invalid_grant")
    assert newest(world, Code.TOKEN_REFUSED).reason == "dpop_key_differs"
