"""What the OpenID Foundation's plans Basic, Config and Form Post look at, at the running provider: docs/conformance.md.

Each flow runs with an answer by redirect and by a form, as the third plan is the first one by a form.
"""

import hashlib
from urllib.parse import urlencode, urlsplit

import pytest

from tests.idp.http.test_form_post import posted
from tests.rig.code_flow import RelyingParty, b64, finish, json_of
from tests.rig.provider import GIS_SECRET, ISSUER, Answer, Browser
from tests.rig.sign_in_world import World

pytestmark = [pytest.mark.real, pytest.mark.parametrize("mode", ["query", "form_post"])]

PERSON = {
    "profile": {"name", "preferred_username", "locale"},
    "email": {"email"},
    "address": set(),
    "phone": set(),
    "email profile address phone": {"name", "preferred_username", "locale", "email"},
}


class Party(RelyingParty):
    """Asks in one mode, and reads the answer from where it stands then."""

    def __init__(self, world: World, mode: str, client: str = "gis"):
        super().__init__(world, client)
        self.mode = mode

    async def ask(self, browser: Browser, **changes: str | None) -> Answer:
        asked = {**self.asked(), "response_mode": self.mode, **changes}
        said = {name: value for name, value in asked.items() if value is not None}
        return await browser.get("/authorize?" + urlencode(said))

    def told(self, answer: Answer) -> dict[str, str]:
        if self.mode == "query":
            assert answer.location.startswith(self.callback + "?")
            return answer.said
        action, fields = posted(answer)
        assert action == self.callback
        return fields

    async def tokens(self, answer: Answer) -> dict:
        told = self.told(answer)
        assert (told["state"], told["iss"]) == (self.state, ISSUER)
        return json_of(await self.exchange(told["code"]))

    async def id_token(self, answer: Answer, nonce: str | None = "") -> dict:
        return await self.claims((await self.tokens(answer))["id_token"], "RS256", nonce=nonce)


async def signed_in(world: World, mode: str, **changes: str | None) -> tuple[Party, Browser, Answer]:
    party, browser = Party(world, mode), world.rig.browser()
    await party.discover()
    begun = await party.ask(browser, **changes)
    assert begun.location.startswith("/sign-in?flow=")
    _, answer = await finish(world, browser, begun.location)
    return party, browser, answer


async def test_a_whole_flow_gives_a_right_id_token_and_an_access_token(world: World, mode: str) -> None:
    party, _, answer = await signed_in(world, mode)
    told = party.told(answer)
    answered = await party.exchange(told["code"])
    assert (answered.headers["Cache-Control"], answered.headers["Pragma"]) == ("no-store", "no-cache")
    tokens = json_of(answered)
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] > 0
    claims = await party.claims(tokens["id_token"], "RS256")
    assert claims["at_hash"] == b64(hashlib.sha256(tokens["access_token"].encode()).digest()[:16])
    assert claims["sub"] == world.jana.subject
    now = world.rig.clock().timestamp()
    assert claims["iat"] <= now < claims["exp"]


async def test_a_secret_in_the_form_proves_the_client_too(world: World, mode: str) -> None:
    party, _, answer = await signed_in(world, mode)
    form = party.form(party.told(answer)["code"], client_id="gis", client_secret=GIS_SECRET)
    assert "id_token" in json_of(await party.back.post("/token", form))


async def test_without_a_type_of_response_there_is_none(world: World, mode: str) -> None:
    party, browser, _ = await signed_in(world, mode)
    told = party.told(await party.ask(browser, response_type=None))
    assert told["error"] == "invalid_request"
    assert "code" not in told


async def test_without_a_nonce_the_id_token_has_none(world: World, mode: str) -> None:
    party, _, answer = await signed_in(world, mode, nonce=None)
    assert "nonce" not in await party.id_token(answer, nonce=None)


@pytest.mark.parametrize("scopes", PERSON)
@pytest.mark.parametrize("first", [True, False])
async def test_each_scope_tells_what_is_known_of_it_in_whatever_order(
    world: World, mode: str, scopes: str, first: bool
) -> None:
    scope = f"openid {scopes}" if first else f"{scopes} openid"
    party, _, answer = await signed_in(world, mode, scope=scope)
    bearer = "Bearer " + (await party.tokens(answer))["access_token"]
    by_get = json_of(await party.back.get("/userinfo", Authorization=bearer))
    assert by_get.keys() == {"sub", *PERSON[scopes]}
    assert by_get["sub"] == world.jana.subject
    by_post = json_of(await party.back.post("/userinfo", {}, Authorization=bearer))
    assert by_post == by_get


async def test_a_token_in_a_form_opens_nothing(world: World, mode: str) -> None:
    """RFC 6750 §2.2 is optional (docs/divergences.md)."""
    party, _, answer = await signed_in(world, mode)
    token = (await party.tokens(answer))["access_token"]
    assert (await party.back.post("/userinfo", {"access_token": token})).status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"display": "page"},
        {"display": "popup"},
        {"ui_locales": "se"},
        {"ui_locales": "cs en"},
        {"claims_locales": "se"},
        {"extra": "foobar"},
        {"login_hint": "novakova.jana"},
        {"acr_values": "urn:odd urn:brana:acr:two-factors"},
    ],
)
async def test_what_is_only_a_wish_or_unknown_is_in_nobodys_way(
    world: World, mode: str, changes: dict[str, str]
) -> None:
    party, _, answer = await signed_in(world, mode, **changes)
    assert (await party.id_token(answer))["acr"] == "urn:brana:acr:two-factors"


async def test_asked_silently_it_answers_for_who_is_signed_in_and_for_nobody_else(
    world: World, mode: str
) -> None:
    party, browser, answer = await signed_in(world, mode)
    tokens = await party.tokens(answer)
    first = await party.claims(tokens["id_token"], "RS256")
    world.rig.clock.forward(seconds=2)
    for hint in ({}, {"id_token_hint": tokens["id_token"]}):
        again = await party.id_token(await party.ask(browser, prompt="none", **hint))
        assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"])
    stranger = party.told(await party.ask(world.rig.browser(), prompt="none"))
    assert stranger["error"] == "login_required"
    assert "code" not in stranger


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "1"}])
async def test_asked_anew_the_person_signs_in_again_and_the_time_is_later(
    world: World, mode: str, changes: dict[str, str]
) -> None:
    party, browser, answer = await signed_in(world, mode)
    first = await party.id_token(answer)
    world.rig.clock.forward(seconds=31)
    begun = await party.ask(browser, **changes)
    _, answer = await finish(world, browser, begun.location)
    again = await party.id_token(answer)
    assert again["sub"] == first["sub"]
    assert again["auth_time"] > first["auth_time"]
    if "max_age" in changes:
        assert world.rig.clock().timestamp() - again["auth_time"] <= 1


async def test_an_age_that_the_sign_in_has_not_reached_asks_nobody(world: World, mode: str) -> None:
    party, browser, answer = await signed_in(world, mode)
    first = await party.id_token(answer)
    world.rig.clock.forward(seconds=2)
    again = await party.id_token(await party.ask(browser, max_age="10000"))
    assert again["auth_time"] == first["auth_time"]


@pytest.mark.parametrize("lapse", [0, 30])
async def test_a_code_is_good_once_and_the_second_use_ends_what_the_first_gave(
    world: World, mode: str, lapse: int
) -> None:
    party, _, answer = await signed_in(world, mode)
    code = party.told(answer)["code"]
    bearer = "Bearer " + json_of(await party.exchange(code))["access_token"]
    world.rig.clock.forward(seconds=lapse)
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 200
    again = await party.exchange(code)
    assert (again.status, json_of(again)["error"]) == (400, "invalid_grant")
    assert (await party.back.get("/userinfo", Authorization=bearer)).status == 401


async def test_the_question_may_come_by_post(world: World, mode: str) -> None:
    party, browser, _ = await signed_in(world, mode)
    answer = await browser.post("/authorize", party.asked() | {"response_mode": mode})
    assert await party.id_token(answer)


async def test_nobody_is_sent_to_an_address_that_is_not_registered_in_either_mode(
    world: World, mode: str
) -> None:
    party, browser, _ = await signed_in(world, mode)
    for address in (party.callback + "/x", party.callback + "?x=1", "https://evil.test/"):
        answer = await party.ask(browser, redirect_uri=address)
        assert answer.status == 400
        assert "Location" not in answer.headers
        assert "https://evil.test" not in answer.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://gis.obec.test/request"}, "request_uri_not_supported"),
    ],
)
async def test_an_unsigned_request_and_one_elsewhere_are_refused_by_name(
    world: World, mode: str, changes: dict[str, str], error: str
) -> None:
    party, browser, _ = await signed_in(world, mode)
    assert party.told(await party.ask(browser, **changes))["error"] == error


async def test_an_essential_claim_is_told(world: World, mode: str) -> None:
    wanted = '{"userinfo":{"name":{"essential":true}}}'
    party, _, answer = await signed_in(world, mode, claims=wanted)
    bearer = "Bearer " + (await party.tokens(answer))["access_token"]
    person = json_of(await party.back.get("/userinfo", Authorization=bearer))
    assert person == {"sub": world.jana.subject, "name": world.jana.name}


async def test_the_discovery_document_says_what_is_there(world: World, mode: str) -> None:
    party = Party(world, mode)
    said = await party.discover()
    required = {"jwks_uri", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"}
    endpoints = {name: value for name, value in said.items() if name.endswith("_endpoint")}
    assert required <= {*endpoints, "jwks_uri"}
    for address in (*endpoints.values(), said["jwks_uri"]):
        assert urlsplit(address).scheme == "https"
        assert (await party.back.get(address)).status != 404
    assert said["response_types_supported"] == ["code"]
    assert mode in said["response_modes_supported"]
    assert {"openid", "profile", "email", "municipality", "agendas"} <= set(said["scopes_supported"])
    assert {"RS256", "ES256"} <= set(said["id_token_signing_alg_values_supported"])
    assert {"public", "pairwise"} == set(said["subject_types_supported"])
    assert {"client_secret_basic", "client_secret_post"} <= set(said["token_endpoint_auth_methods_supported"])
    assert {"sub", "iss", "acr", "name"} <= set(said["claims_supported"])
    keys = json_of(await party.back.get("/jwks"))["keys"]
    assert all(key["use"] == "sig" and key["kid"] for key in keys)
    assert len({key["kid"] for key in keys}) == len(keys)
