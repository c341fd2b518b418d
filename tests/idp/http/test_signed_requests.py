"""Signed authorization requests (RFC 9101) at the running provider: what is believed of them, and where errors go."""

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from gateway.audit.entry import Code
from idp.http.words import UNSAFE
from idp.login.spoken_code import new_spoken_code
from idp.oidc.client import ClientId
from idp.oidc.errors import RequestFault
from tests.rig.code_flow import RelyingParty, assertion, completed, finish, json_of
from tests.rig.provider import ISSUER, Answer, Browser, client_key
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World

pytestmark = pytest.mark.real

KEY = "by-key"


def b64(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def configured(world: World, client: str = KEY, **changes: object) -> None:
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[ClientId(client)] = replace(clients[ClientId(client)], **changes)


async def ask(party: RelyingParty, browser: Browser, request: str, **beside: str) -> Answer:
    address = party.metadata["authorization_endpoint"]
    return await browser.get(
        f"{address}?" + urlencode({"client_id": party.client, "request": request, **beside})
    )


async def known(world: World, **more: str) -> tuple[RelyingParty, Browser]:
    """A browser that is signed in, at a client with keys."""
    party, browser, _ = await completed(world, client=KEY, **more)
    return party, browser


def refused(world: World, answer: Answer, reason: str) -> None:
    """By a page, as nothing says where else."""
    assert answer.status == 400
    assert "Location" not in answer.headers
    assert answer.headers["x-brana-reason"] == reason
    last = world.rig.kept.entries[-1]
    assert (last.code, last.application, last.reason) == (Code.CODE_REFUSED, KEY, reason)


async def test_what_is_signed_counts_and_nothing_beside_it(world: World) -> None:
    party, browser = await known(world)
    beside = {
        "state": "jiny",
        "redirect_uri": "https://evil.test/",
        "scope": "openid email",
        "prompt": "login",
        "nonce": "jina",
        "response_type": "token",
        "claims": '{"id_token":{"name":null}}',
    }
    answer = await ask(party, browser, party.signed(), **beside)
    tokens = json_of(await party.back.post("/token", party.form(party.code_in(answer)) | assertion(world)))
    assert tokens["scope"] == "openid"
    assert not {"name", "email"} & (await party.claims(tokens["id_token"], "ES256")).keys()


async def test_a_sign_in_keeps_what_was_signed(world: World) -> None:
    party = RelyingParty(world, client=KEY)
    await party.discover()
    assert party.metadata["request_parameter_supported"] is True
    assert party.metadata["request_uri_parameter_supported"] is False
    assert "none" not in party.metadata["request_object_signing_alg_values_supported"]
    browser = world.rig.browser()
    wanted = {"id_token": {"name": {"essential": True}}}
    begun = await ask(party, browser, party.signed(max_age=0, claims=wanted), state="jiny")
    _, answer = await finish(world, browser, begun.location)
    tokens = json_of(await party.back.post("/token", party.form(party.code_in(answer)) | assertion(world)))
    assert (await party.claims(tokens["id_token"], "ES256"))["name"] == world.jana.name


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key": ECKey.generate_key("P-256")}, "request_object_wrong"),
        ({"header": {"typ": "logout+jwt"}}, "request_object_wrong"),
        ({"exp": None}, "request_object_wrong"),
        ({"exp": True}, "request_object_wrong"),
        ({"nbf": "soon"}, "request_object_wrong"),
        ({"request": "eyJ"}, "request_object_wrong"),
        ({"request_uri": "https://evil.test/"}, "request_object_wrong"),
        ({"state": 5}, "request_object_wrong"),
        ({"max_age": 10**9}, "request_object_wrong"),
        ({"iss": "gis"}, "request_object_for_another"),
        ({"iss": None}, "request_object_for_another"),
        ({"client_id": "gis"}, "request_object_for_another"),
        ({"client_id": None}, "request_object_for_another"),
        ({"aud": "https://login.jinde.test"}, "request_object_for_another"),
        ({"aud": None}, "request_object_for_another"),
        ({"sub": KEY}, "request_object_for_another"),
        ({"exp": 1}, "request_object_out_of_time"),
        ({"exp": int("9" * 400)}, "request_object_out_of_time"),
        ({"exp": float("nan")}, "request_object_out_of_time"),
        ({"nbf": 4_000_000_000}, "request_object_out_of_time"),
    ],
)
async def test_what_is_not_its_word_to_us_now_is_refused_by_a_page(
    world: World, changes: dict[str, object], reason: str
) -> None:
    party, browser = await known(world)
    answer = await ask(party, browser, party.signed(**changes))
    refused(world, answer, reason)
    assert UNSAFE[RequestFault(reason)] in answer.text


async def test_an_unsigned_request_is_none(world: World) -> None:
    party, browser = await known(world)
    payload = party.signed().split(".")[1]
    for header in ({"alg": "none"}, {"alg": "NONE", "typ": "JWT"}, {"alg": "HS256"}):
        refused(world, await ask(party, browser, f"{b64(header)}.{payload}."), "request_object_wrong")
    for text in ("x", "a.b", "a.b.c", "." * 2):
        refused(world, await ask(party, browser, text), "request_object_wrong")


async def test_a_request_is_good_once(world: World) -> None:
    party, browser = await known(world)
    for changes in ({}, {"jti": None}):
        signed = party.signed(**changes)
        assert "code" in (await ask(party, browser, signed)).said
        refused(world, await ask(party, browser, signed), "request_object_used_twice")


async def test_a_request_and_a_proof_never_pass_for_each_other(world: World) -> None:
    party, browser = await known(world)
    proof = assertion(world)["client_assertion"]
    refused(world, await ask(party, browser, proof), "request_object_for_another")
    shown = assertion(world) | {"client_assertion": party.signed()}
    code = party.code_in(await party.send(browser))
    answer = await party.back.post("/token", party.form(code) | shown)
    assert json_of(answer)["error"] in {"invalid_client", "invalid_request"}


async def test_the_client_is_told_where_its_registered_address_stands_beside(world: World) -> None:
    party, browser = await known(world)
    here = {"redirect_uri": party.callback, "state": "venku"}
    answer = await ask(party, browser, party.signed(exp=1), **here)
    assert answer.location.startswith(party.callback + "?")
    assert (answer.said["error"], answer.said["state"]) == ("invalid_request_object", "venku")
    answer = await ask(party, browser, party.signed(exp=1), **here | {"redirect_uri": "https://evil.test/"})
    refused(world, answer, "request_object_out_of_time")


async def test_what_is_signed_and_wrong_is_told_to_the_address_that_is_signed(world: World) -> None:
    party, browser = await known(world)
    answer = await ask(party, browser, party.signed(scope="profile"))
    assert (answer.said["error"], answer.said["state"]) == ("invalid_scope", party.state)
    answer = await ask(party, browser, party.signed(redirect_uri="https://evil.test/"))
    refused(world, answer, "redirect_uri_unknown")


async def test_who_has_to_sign_is_not_heard_in_plain(world: World) -> None:
    configured(world, require_signed_request=True)
    party = RelyingParty(world, client=KEY)
    await party.discover()
    browser = world.rig.browser()
    answer = await party.send(browser)
    assert answer.said["error"] == "invalid_request"
    assert world.rig.kept.entries[-1].reason == "request_not_signed"
    begun = await ask(party, browser, party.signed())
    _, answer = await finish(world, browser, begun.location)
    assert party.code_in(answer)


async def test_who_has_no_keys_here_cannot_sign(world: World) -> None:
    party, browser, _ = await completed(world)
    answer = await party.send(browser, request="eyJ")
    assert answer.said["error"] == "request_not_supported"
    assert world.rig.kept.entries[-1].reason == "request_keys_missing"


async def test_after_a_sign_in_that_policies_decide_about_the_way_leads_on_by_a_name(world: World) -> None:
    """The browser is sent back to `/authorize`, where such a client is not heard in plain."""
    configured(world, require_signed_request=True, application="records")
    party = RelyingParty(world, client=KEY)
    await party.discover()
    browser = world.rig.browser()
    begun = await ask(party, browser, party.signed(prompt="login"))
    _, onward = await finish(world, browser, begun.location)
    assert onward.location.startswith(f"/authorize?client_id={KEY}&request_uri=urn")
    world.rig.clock.forward(seconds=2)  # `prompt=login` was satisfied by the sign-in and asks nobody again
    assert party.code_in(await browser.get(onward.location))
    refused(world, await browser.get(onward.location), "request_uri_used_twice")


async def test_after_a_page_of_ours_the_way_leads_on_by_a_name_too(world: World) -> None:
    configured(world, require_signed_request=True)
    code = new_spoken_code()
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, [code], world.rig.clock())
    )
    party = RelyingParty(world, client=KEY)
    await party.discover()
    browser = world.rig.browser()
    page = (await ask(party, browser, party.signed(max_age=0))).location
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    done = await browser.form(page, "recovery", {"recovery": code})
    assert party.state not in done.location
    world.rig.clock.forward(seconds=2)
    assert party.code_in(await browser.told_of_the_code(done))


@pytest.mark.parametrize("name", ["state", "nonce", "login_hint", "ui_locales", "scope", "id_token_hint"])
async def test_half_a_character_is_no_request(world: World, name: str) -> None:
    """JSON can say it, and no address."""
    party, browser, _ = await completed(world, client=KEY)
    now = int(world.rig.clock().timestamp())
    said = party.asked() | {"iss": KEY, "aud": ISSUER, "exp": now + 60, name: "openid \ud800"}
    request = jws.serialize_compact({"alg": "ES256"}, json.dumps(said).encode(), client_key(), ["ES256"])
    answer = await ask(party, browser, request)
    assert (answer.status, answer.headers["x-brana-reason"]) == (400, RequestFault.OBJECT_WRONG)
    left = await party.back.post("/par", {"request": request, **assertion(world)})
    assert json_of(left)["error"] == "invalid_request_object"
