"""How relying parties prove themselves at the token endpoint of the running provider, and how others do not."""

import json
from dataclasses import replace

import pytest
from joserfc.jwk import ECKey, RSAKey

from gateway.audit.entry import Code
from idp.oidc.assertion import keys_of
from tests.rig.code_flow import RelyingParty, assertion, basic, completed, finish, json_of
from tests.rig.provider import GIS_SECRET, ISSUER, Answer, client_key
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real

WAYS = ("by-header", "by-form", "by-key", "public")


async def ask(world: World, party: RelyingParty, code: str, way: str, client: str | None = None) -> Answer:
    """Exchange a code by one of the ways; `client`: whose name is used, where it is not the way's own."""
    form = party.form(code)
    if way == "by-header":
        return await party.back.post("/token", form, Authorization=basic(client or way))
    if way == "by-form":
        return await party.back.post(
            "/token", form | {"client_id": client or way, "client_secret": GIS_SECRET}
        )
    if way == "by-key":
        name = client or way
        return await party.back.post("/token", form | assertion(world, iss=name, sub=name))
    return await party.back.post("/token", form | {"client_id": client or way})


def newest(world: World) -> tuple[Code, str, str]:
    entry = world.rig.kept.entries[-1]
    return entry.code, entry.application, entry.reason


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_proves_itself_in_its_way(world: World, way: str) -> None:
    party, _, code = await completed(world, client=way)
    answer = await ask(world, party, code, way)
    assert answer.status == 200, answer.text
    await party.claims(json_of(answer)["id_token"], "ES256")


@pytest.mark.parametrize(
    ("client", "way"), [(client, way) for client in WAYS for way in WAYS if client != way]
)
async def test_in_another_way_it_gets_nothing_and_its_code_is_not_spent(
    world: World, client: str, way: str
) -> None:
    party, _, code = await completed(world, client=client)
    answer = await ask(world, party, code, way, client)
    assert (answer.status, json_of(answer)["error"]) == (401, "invalid_client")
    assert newest(world) == (Code.TOKEN_REFUSED, client, "client_proof_of_another_kind")
    assert (await ask(world, party, code, client)).status == 200


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/token"])
async def test_an_assertion_is_for_the_issuer_or_the_token_endpoint(world: World, audience: str) -> None:
    party, _, code = await completed(world, client="by-key")
    form = party.form(code) | assertion(world, aud=audience)
    assert (await party.back.post("/token", form)).status == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key": ECKey.generate_key("P-256")}, "client_assertion_wrong"),
        ({"jti": None}, "client_assertion_wrong"),
        ({"exp": None}, "client_assertion_wrong"),
        ({"iss": "gis"}, "client_assertion_for_another"),
        ({"aud": "https://login.jinde.test"}, "client_assertion_for_another"),
        ({"aud": [ISSUER, "https://login.jinde.test"]}, "client_assertion_for_another"),
        ({"exp": 1}, "client_assertion_out_of_time"),
        ({"exp": 4_000_000_000}, "client_assertion_out_of_time"),
        ({"exp": int("9" * 400)}, "client_assertion_out_of_time"),
        ({"exp": float("nan")}, "client_assertion_out_of_time"),
    ],
)
async def test_an_assertion_that_is_not_its_word_to_us_now_proves_nothing(
    world: World, changes: dict[str, object], reason: str
) -> None:
    party, _, code = await completed(world, client="by-key")
    answer = await party.back.post("/token", party.form(code) | assertion(world, **changes))
    assert (answer.status, json_of(answer)["error"]) == (401, "invalid_client")
    assert newest(world) == (Code.TOKEN_REFUSED, "by-key", reason)


async def test_an_assertion_is_good_once(world: World) -> None:
    party, browser, code = await completed(world, client="by-key")
    proof = assertion(world)
    assert (await party.back.post("/token", party.form(code) | proof)).status == 200
    again = party.code_in(await party.send(browser))
    answer = await party.back.post("/token", party.form(again) | proof)
    assert json_of(answer)["error"] == "invalid_client"
    assert newest(world) == (Code.TOKEN_REFUSED, "by-key", "client_assertion_used_twice")


async def test_of_several_keys_without_names_each_may_have_signed(world: World) -> None:
    """As when a client's key is replaced; a key of nobody's still proves nothing."""
    clients, newer = world.rig.provider.clients, ECKey.generate_key("P-256")
    assert isinstance(clients, dict)
    public = [one.as_dict(private=False) for one in (RSAKey.generate_key(2048), client_key(), newer)]
    unnamed = [{name: said for name, said in one.items() if name != "kid"} for one in public]
    clients["by-key"] = replace(clients["by-key"], keys=keys_of(json.dumps({"keys": unnamed})))
    party, browser, code = await completed(world, client="by-key")
    for key in (client_key(), newer):
        assert (await party.back.post("/token", party.form(code) | assertion(world, key))).status == 200
        code = party.code_in(await party.send(browser))
    form = party.form(code) | assertion(world, ECKey.generate_key("P-256"))
    assert (await party.back.post("/token", form)).status == 401
    assert newest(world) == (Code.TOKEN_REFUSED, "by-key", "client_assertion_wrong")


async def test_a_name_beside_the_proof_has_to_be_the_same(world: World) -> None:
    party, _, code = await completed(world, client="by-key")
    answer = await party.back.post("/token", party.form(code, client_id="public") | assertion(world))
    assert json_of(answer)["error"] == "invalid_request"
    answer = await party.exchange(code, basic("by-header"), client_id="public")
    assert json_of(answer)["error"] == "invalid_request"


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"])
async def test_an_assertion_says_of_which_kind_it_is(world: World, kind: str) -> None:
    party, _, code = await completed(world, client="by-key")
    form = party.form(code) | assertion(world) | {"client_assertion_type": kind}
    answer = await party.back.post("/token", form)
    assert (answer.status, json_of(answer)["error"]) == (400, "invalid_request")


async def test_two_proofs_at_once_are_refused(world: World) -> None:
    party, _, code = await completed(world, client="by-key")
    form = party.form(code) | assertion(world)
    for answer in (
        await party.back.post("/token", form | {"client_secret": GIS_SECRET}),
        await party.back.post("/token", form, Authorization=basic("by-key")),
    ):
        assert (answer.status, json_of(answer)["error"]) == (400, "invalid_request")


async def test_who_guessed_five_times_must_wait_and_elsewhere_the_client_is_let_in(world: World) -> None:
    party, _, code = await completed(world, client="by-header")
    for number in range(5):
        answer = await party.exchange(code, basic("by-header", f"spatne-{number}"))
        assert answer.status == 401
        assert newest(world)[2] == "client_secret_wrong"
    answer = await party.exchange(code)
    assert (answer.status, json_of(answer)["error"]) == (429, "slow_down")
    assert newest(world) == (Code.TOKEN_REFUSED, "by-header", "client_must_wait")
    party.back = world.rig.browser("192.0.2.99")
    assert (await party.exchange(code)).status == 200


async def test_guesses_are_forgotten_in_time_and_right_proofs_cost_none(world: World) -> None:
    party, browser, code = await completed(world, client="by-header")
    for _ in range(5):
        await party.exchange(code, basic("by-header", "spatne"))
    world.rig.clock.forward(minutes=15)
    begun = await party.send(browser)
    _, answer = await finish(world, browser, begun.location)
    assert (await party.exchange(party.code_in(answer))).status == 200
    for _ in range(6):
        assert (await party.exchange(party.code_in(await party.send(browser)))).status == 200


async def test_the_discovery_document_names_every_way(world: World) -> None:
    document = await RelyingParty(world).discover()
    assert document["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "none",
    ]
    assert document["token_endpoint_auth_signing_alg_values_supported"] == [
        "ES256",
        "RS256",
        "PS256",
        "EdDSA",
    ]
