"""Front-channel logout: the page of a sign-out loads the applications that are to forget its person, and no others."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from idp.oidc.client import ClientId
from tests.rig.code_flow import RelyingParty, completed, json_of
from tests.rig.provider import ISSUER, Answer
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
GIS = ClientId("gis")
AFTERWARDS = "https://gis.obec.test/konec?a=1"
LOADED = "https://gis.obec.test/zapomen?kdo=my"
FRAME = re.compile(r'<iframe src="([^"]+)"')


def register(world: World, uri: str | None = LOADED) -> None:
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    clients[GIS] = replace(clients[GIS], frontchannel_logout_uri=uri)


def frames(answer: Answer) -> list[str]:
    return [html.unescape(one) for one in FRAME.findall(answer.text)]


def policy(headers: Mapping[str, str]) -> dict[str, str]:
    rules = (one.strip().partition(" ") for one in headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in rules}


async def test_the_page_loads_who_was_signed_in_to_and_may_load_nothing_else(world: World) -> None:
    register(world)
    party, browser, code = await completed(world)
    claims = await party.claims(json_of(await party.exchange(code))["id_token"], "RS256")
    left = await browser.post("/logout/confirm", {})
    (frame,) = frames(left)
    assert frame.startswith(LOADED + "&")
    said = parse_qs(urlsplit(frame).query)
    assert said == {"kdo": ["my"], "iss": [ISSUER], "sid": [claims["sid"]]}
    assert policy(left.headers)["frame-src"] == "https://gis.obec.test/zapomen"
    assert "script-src" not in policy(left.headers)
    assert left.headers["Cross-Origin-Embedder-Policy"] == "unsafe-none"


async def test_my_account_signs_out_there_too(world: World) -> None:
    register(world)
    party, browser, code = await completed(world)
    await party.exchange(code)
    left = await browser.post("/account/sign-ins/end-all", {})
    assert len(frames(left)) == 1, left.text


@pytest.mark.parametrize("registered", [True, False])
async def test_without_such_an_application_nothing_is_loaded(world: World, registered: bool) -> None:
    register(world, LOADED if registered else None)
    party, browser, code = await completed(world)
    if not registered:  # else: a code alone signs nobody in
        await party.exchange(code)
    left = await browser.post("/logout/confirm", {})
    assert "You are signed out" in left.text
    assert frames(left) == []
    assert "frame-src" not in policy(left.headers)
    assert left.headers["Cross-Origin-Embedder-Policy"] == "require-corp"


async def test_who_is_to_go_on_to_an_application_does_so_after_the_others_know(world: World) -> None:
    register(world)
    party, browser, code = await completed(world)
    tokens = json_of(await party.exchange(code))
    asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": AFTERWARDS, "state": "s"}
    left = await browser.get(f"{party.metadata['end_session_endpoint']}?{urlencode(asked)}")
    assert left.status == 200
    assert len(frames(left)) == 1
    onward = re.search(r'href="([^"]+)" data-onward', left.text)
    assert onward is not None
    assert html.unescape(onward[1]) == f"{AFTERWARDS}&state=s"
    assert policy(left.headers)["script-src"] == "'self'"
    assert "front_channel." in left.text


async def test_the_discovery_document_says_that_frames_are_loaded(world: World) -> None:
    metadata = await RelyingParty(world).discover()
    assert metadata["frontchannel_logout_supported"] is True
    assert metadata["frontchannel_logout_session_supported"] is True
