"""Requests left at `/par` of the running provider (RFC 9126): whose they are, and how often they count."""

import asyncio
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from gateway.audit.entry import Code
from idp.oidc.client import ClientId
from tests.rig.code_flow import RelyingParty, assertion, basic, completed, finish, json_of
from tests.rig.provider import GIS_SECRET, ISSUER, Answer, Browser
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real


def configured(world: World, client: str, **changes: object) -> None:
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[ClientId(client)] = replace(clients[ClientId(client)], **changes)


async def push(party: RelyingParty, **changes: str) -> Answer:
    form = {name: value for name, value in (party.asked() | changes).items() if value}
    return await party.back.post("/par", form, Authorization=basic(party.client))


async def pushed(party: RelyingParty, **changes: str) -> str:
    answer = await push(party, **changes)
    assert answer.status == 201, answer.text
    return str(json_of(answer)["request_uri"])


async def follow(browser: Browser, client: str, request_uri: str, **beside: str) -> Answer:
    return await browser.get(
        "/authorize?" + urlencode({"client_id": client, "request_uri": request_uri, **beside})
    )


def refused(world: World, answer: Answer, reason: str) -> None:
    assert (answer.status, answer.headers["x-brana-reason"]) == (400, reason)
    assert "Location" not in answer.headers
    last = world.rig.kept.entries[-1]
    assert (last.code, last.reason) == (Code.CODE_REFUSED, reason)


async def test_what_was_pushed_counts_and_nothing_beside_it(world: World) -> None:
    party, browser, _ = await completed(world)
    assert party.metadata["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    answer = await push(party)
    assert (answer.status, answer.headers["Cache-Control"]) == (201, "no-store")
    said = json_of(answer)
    assert said.keys() == {"request_uri", "expires_in"}
    assert said["expires_in"] <= 90
    beside = {
        "state": "jiny",
        "redirect_uri": "https://evil.test/",
        "scope": "openid email",
        "prompt": "login",
    }
    answer = await follow(browser, party.client, said["request_uri"], **beside)
    tokens = json_of(await party.exchange(party.code_in(answer)))
    assert tokens["scope"] == "openid"


async def test_it_is_good_once_for_its_client_and_for_a_minute(world: World) -> None:
    party, browser, _ = await completed(world)
    uri = await pushed(party)
    refused(world, await follow(browser, "by-form", uri), "request_uri_of_another_client")
    assert party.code_in(await follow(browser, party.client, uri))
    refused(world, await follow(browser, party.client, uri), "request_uri_used_twice")
    late = await pushed(party)
    world.rig.clock.forward(seconds=60)
    refused(world, await follow(browser, party.client, late), "request_uri_expired")
    refused(world, await follow(browser, party.client, late[:-3] + "AAA"), "request_uri_unknown")


@pytest.mark.parametrize(
    "address",
    [
        "https://gis.obec.test/request.jwt",
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "urn:ietf:params:oauth:request_uri:",
        "urn:ietf:params:oauth:request_uri:x",
        "URN:IETF:PARAMS:OAUTH:REQUEST_URI:" + "A" * 43,
    ],
)
async def test_an_address_is_asked_by_nobody(world: World, address: str) -> None:
    party, browser, _ = await completed(world)
    refused(world, await follow(browser, party.client, address), "request_uri_elsewhere")
    answer = await party.send(browser, request_uri=address)
    assert answer.said["error"] == "request_uri_not_supported"


async def test_a_client_proves_itself_as_at_the_token_endpoint(world: World) -> None:
    party, _, _ = await completed(world)
    for proof in (basic("gis", "spatne"), basic("nikdo"), "Bearer x"):
        form = {name: value for name, value in party.asked().items() if name != "client_id"}
        answer = await party.back.post("/par", form, Authorization=proof)
        assert (answer.status, json_of(answer)["error"]) == (401, "invalid_client")
        last = world.rig.kept.entries[-1]
        assert (last.code, last.details["endpoint"]) == (Code.CLIENT_REFUSED, "par")
    party.client = "by-key"
    for audience in (ISSUER, f"{ISSUER}/token", f"{ISSUER}/par"):
        form = party.asked() | assertion(world, aud=audience)
        assert (await party.back.post("/par", form)).status == 201
    assert (await party.back.post("/par", party.asked())).status == 401
    answer = await party.back.post("/par", party.asked() | {"client_id": "public"})
    assert (answer.status, json_of(answer)["error"]) == (400, "unauthorized_client")


async def test_no_proof_is_kept_and_the_name_is_no_other_clients(world: World) -> None:
    party, _, _ = await completed(world)
    await pushed(party)
    form = party.asked() | {"client_secret": GIS_SECRET}
    assert (await party.back.post("/par", form)).status == 201
    rows = await world.rig.kept.database.read(
        lambda connection: connection.exec_driver_sql("SELECT asked FROM pushed_request").scalars().all()
    )
    assert len(rows) == 2
    assert not any("secret" in row for row in rows)
    assert json_of(await push(party, client_id="by-form"))["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.test/"}, "invalid_request"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:" + "A" * 43}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"acr_values": "urn:odd"}, "unmet_authentication_requirements"),
    ],
)
async def test_what_would_be_refused_later_is_refused_at_once(
    world: World, changes: dict[str, str], error: str
) -> None:
    party, _, _ = await completed(world)
    answer = await push(party, **changes)
    assert (answer.status, json_of(answer)["error"]) == (400, error)
    assert world.rig.kept.entries[-1].code is Code.CLIENT_REFUSED


async def test_who_has_to_push_is_not_heard_by_what_a_browser_brings(world: World) -> None:
    configured(world, "by-key", require_pushed=True)
    party = RelyingParty(world, client="by-key")
    await party.discover()
    browser = world.rig.browser()
    for changes in ({}, {"request": party.signed()}):
        answer = await party.send(browser, **changes)
        assert answer.said["error"] == "invalid_request"
        assert world.rig.kept.entries[-1].reason == "request_not_pushed"
    answer = await party.back.post("/par", party.asked() | assertion(world))
    begun = await follow(browser, "by-key", json_of(answer)["request_uri"])
    _, answer = await finish(world, browser, begun.location)
    assert party.code_in(answer)


async def test_what_is_signed_may_be_pushed_and_is_spent_there(world: World) -> None:
    configured(world, "by-key", require_signed_request=True)
    party, browser, _ = await completed(world)
    party.client = "by-key"
    answer = await party.back.post("/par", party.asked() | assertion(world))
    assert json_of(answer)["error"] == "invalid_request"
    assert world.rig.kept.entries[-1].reason == "request_not_signed"
    form = {"client_id": "by-key", "request": party.signed(), "scope": "openid email", "state": "jiny"}
    answer = await party.back.post("/par", form | assertion(world))
    uri = json_of(answer)["request_uri"]
    assert party.code_in(await follow(browser, "by-key", uri))
    answer = await party.back.post("/par", form | assertion(world))
    assert json_of(answer)["error"] == "invalid_request_object"
    other = {"client_id": "by-key", "request": party.signed(client_id="gis")}
    answer = await party.back.post("/par", other | assertion(world))
    assert json_of(answer)["error"] == "invalid_request_object"
    assert world.rig.kept.entries[-1].reason == "request_object_for_another"


async def test_of_two_browsers_that_bring_it_at_once_one_is_answered(world: World) -> None:
    party, browser, _ = await completed(world)
    uri = await pushed(party)
    answers = await asyncio.gather(*(follow(browser, party.client, uri) for _ in range(8)))
    assert sorted(one.status for one in answers) == [303, *[400] * 7]


async def test_two_requests_at_once_are_none(world: World) -> None:
    party, browser, _ = await completed(world)
    uri = await pushed(party)
    answer = await follow(browser, party.client, uri, request="eyJ")
    refused(world, answer, "request_in_two_ways")
    assert party.code_in(await follow(browser, party.client, uri))
