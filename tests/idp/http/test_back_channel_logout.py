"""Back-channel logout as a relying party meets it that knows the standard alone, told by its own HTTPS server."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.sign_outs.delivery import Delivery
from gateway.sign_outs.post import Post
from gateway.sign_outs.sign_out import Receiver
from gateway.storage.client_sign_outs import StoredSignOuts
from idp.oidc.client import ClientId
from tests.rig.code_flow import RelyingParty, completed, json_of
from tests.rig.provider import ISSUER
from tests.rig.sign_in_world import World
from tests.rig.told_clients import ToldClients, told_clients

pytestmark = pytest.mark.real
GIS = ClientId("gis")
OWN = ClientId("own-names")
"""It knows people and sign-ins by names of its own."""
AFTERWARDS = "https://gis.obec.test/konec?a=1"


@pytest.fixture
async def told(world: World, tmp_path: Path) -> AsyncIterator[ToldClients]:
    """Where two hear of sign-outs."""
    clients = world.rig.provider.clients
    assert isinstance(clients, dict)
    async with told_clients(tmp_path) as made:
        for name in (GIS, OWN):
            clients[name] = replace(
                clients[name],
                backchannel_logout_uri=made.address(name),
                post_logout_redirect_uris=frozenset({AFTERWARDS}),
            )
        yield made


async def deliver(world: World, told: ToldClients) -> None:
    receivers = {
        name: Receiver(
            client=world.rig.provider.clients[name], address=told.address(name), authority=told.authority
        )
        for name in (GIS, OWN)
    }
    delivery = Delivery(
        StoredSignOuts(world.rig.kept.database, world.rig.kept.append),
        lambda: receivers,
        Post(world.rig.provider.keys, ISSUER, world.rig.clock).send,
        world.rig.clock,
    )
    await delivery.step()
    await delivery.settle()


@pytest.mark.parametrize(("client", "algorithm"), [(GIS, "RS256"), (OWN, "ES256")])
async def test_who_signs_out_at_one_application_is_signed_out_there_by_the_provider_too(
    world: World, told: ToldClients, client: ClientId, algorithm: str
) -> None:
    """Told, sent back with `state`, and signed in no more."""
    party, browser, code = await completed(world, client=client)
    tokens = json_of(await party.exchange(code))
    ours = await party.claims(tokens["id_token"], algorithm)
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": AFTERWARDS,
        "state": "stav",
    }
    left = await browser.get(f"{party.metadata['end_session_endpoint']}?{urlencode(asked)}")
    assert left.location == f"{AFTERWARDS}&state=stav"
    await deliver(world, told)
    (token,) = told.tokens[client]
    said = await party.claims(token, algorithm, nonce=None)
    assert (said["sid"], said["sub"]) == (ours["sid"], ours["sub"])
    assert said["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
    assert "nonce" not in said
    assert (await party.send(browser, prompt="none")).said["error"] == "login_required"


async def test_only_who_exchanged_a_code_is_told(world: World, told: ToldClients) -> None:
    _, browser, _ = await completed(world)
    await browser.post("/logout/confirm", {})
    await deliver(world, told)
    assert told.requests == []


async def test_an_application_is_told_of_each_sign_in_once_however_often_it_asked(
    world: World, told: ToldClients
) -> None:
    party, browser, code = await completed(world)
    await party.exchange(code)
    await party.exchange(party.code_in(await party.send(browser)))
    await browser.post("/logout/confirm", {})
    for _ in range(2):
        await deliver(world, told)
    assert len(told.tokens[GIS]) == 1


async def test_the_discovery_document_says_so(world: World) -> None:
    """RP-Initiated Logout 1.0 §2.1, Back-Channel Logout 1.0 §2.1."""
    metadata = await RelyingParty(world).discover()
    assert metadata["end_session_endpoint"] == f"{ISSUER}/logout"
    assert metadata["backchannel_logout_supported"] is True
    assert metadata["backchannel_logout_session_supported"] is True
