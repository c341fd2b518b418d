"""Clients that show a certificate, at the running provider (RFC 8705): what it makes of what the data plane tells."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509

from gateway.audit.entry import Code
from idp.http.app import make_app
from idp.http.holding import PEER
from idp.oidc.client import Client, ClientId, Method
from idp.oidc.client_certificate import CertificateName, read
from tests.idp.http.test_device_grant import error, newest
from tests.idp.oidc.test_client_certificate import URI, header, made
from tests.rig.code_flow import RelyingParty, json_of
from tests.rig.dpop_key import DpopKey
from tests.rig.provider import GIS_CALLBACK, Answer
from tests.rig.sign_in_world import World

pytestmark = pytest.mark.real
MUTUAL = "https://mtls.obec.test"
HERE = frozenset({GIS_CALLBACK})


@pytest.fixture
async def mutual(world: World) -> AsyncIterator[World]:
    """The same world, with a host for certificates and clients that show some."""
    by_certificate = Client(
        id=ClientId("by-certificate"),
        redirect_uris=HERE,
        method=Method.TLS,
        certificate=CertificateName(uri=URI),
        certificate_bound=True,
    )
    bound = Client(id=ClientId("held"), redirect_uris=HERE, refresh="always", certificate_bound=True)
    clients = {**world.rig.provider.clients, by_certificate.id: by_certificate, bound.id: bound}
    runner = web.AppRunner(
        make_app(replace(world.rig.provider, mutual=MUTUAL, clients=clients)), access_log=None
    )
    await runner.setup()
    try:
        world.rig.socket = world.rig.socket.with_name("mutual.sock")
        await web.UnixSite(runner, str(world.rig.socket)).start()
        yield world
    finally:
        await runner.cleanup()


def told(certificate: x509.Certificate | None, host: str = MUTUAL) -> dict[str, str]:
    """Headers as the data plane writes them."""
    brought = {} if certificate is None else {PEER: header(certificate)}
    return {"x-brana-host": host.removeprefix("https://"), **brought}


async def given(
    world: World, client: str, certificate: x509.Certificate
) -> tuple[RelyingParty, dict[str, Any]]:
    party, form = await asked(world, client)
    answer = await party.back.post("/token", form, **told(certificate))
    assert answer.status == 200, answer.text
    return party, json_of(answer)


async def asked(world: World, client: str) -> tuple[RelyingParty, dict[str, str]]:
    party = RelyingParty(world, client=client)
    await party.discover()
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)  # each one-time code is good once
    return party, party.form(party.code_in(await party.send(browser))) | {"client_id": client}


def why(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.headers["x-brana-reason"]


async def test_a_certificate_proves_its_client_at_the_host_for_it_alone(mutual: World) -> None:
    party, form = await asked(mutual, "by-certificate")
    for headers in (
        told(None),
        told(made(uri="urn:somebody")),
        told(made(), "https://login.obec.test"),
        {PEER: header(made())},
    ):
        assert error(await party.back.post("/token", form, **headers)) == (401, "invalid_client")
        assert newest(mutual, Code.TOKEN_REFUSED).reason == "client_certificate_wrong"
    secret = form | {"client_secret": "x" * 40}
    assert error(await party.back.post("/token", secret, **told(made()))) == (401, "invalid_client")
    assert newest(mutual, Code.TOKEN_REFUSED).reason == "client_proof_of_another_kind"
    assert json_of(await party.back.post("/token", form, **told(made())))["token_type"] == "Bearer"


async def test_a_client_that_is_bound_gets_nothing_without_a_certificate(mutual: World) -> None:
    party, form = await asked(mutual, "held")
    assert error(await party.back.post("/token", form, **told(None))) == (400, "invalid_request")
    assert newest(mutual, Code.TOKEN_REFUSED).reason == "client_certificate_missing"
    assert (await party.back.post("/token", form, **told(made()))).status == 200


async def test_access_and_refresh_tokens_are_worth_nothing_with_another_certificate(mutual: World) -> None:
    mine, other = made(), made()
    party, tokens = await given(mutual, "held", mine)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    for certificate, reason in ((None, "client_certificate_missing"), (other, "client_certificate_differs")):
        answer = await party.back.get("/userinfo", **bearer, **told(certificate))
        assert why(answer) == (401, reason)
    assert (await party.back.get("/userinfo", **bearer, **told(mine))).status == 200
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "held"}
    assert error(await party.back.post("/token", form, **told(other))) == (400, "invalid_grant")
    assert newest(mutual, Code.TOKEN_REFUSED).reason == "client_certificate_differs"
    assert (await party.back.post("/token", form, **told(mine))).status == 200


async def test_who_may_ask_is_told_the_thumbprint(mutual: World) -> None:
    mine = made()
    party, tokens = await given(mutual, "by-certificate", mine)
    form = {"token": tokens["access_token"], "client_id": "by-certificate"}
    said = json_of(await party.back.post("/introspect", form, **told(mine)))
    found = read(header(mine))
    assert found is not None
    assert (said["active"], said["cnf"]) == (True, {"x5t#S256": found.x5t})


async def test_a_proof_of_a_key_names_the_host_that_was_asked(mutual: World) -> None:
    key = DpopKey()
    party, form = await asked(mutual, "held")
    elsewhere = key.proof("POST", "https://login.obec.test/token", mutual.rig.clock())
    assert (
        error(await party.back.post("/token", form, DPoP=elsewhere, **told(made())))[1]
        == "invalid_dpop_proof"
    )
    here = key.proof("POST", f"{MUTUAL}/token", mutual.rig.clock())
    answer = await party.back.post("/token", form, DPoP=here, **told(made()))
    assert json_of(answer)["token_type"] == "DPoP"


async def test_discovery_says_where(mutual: World) -> None:
    document = await RelyingParty(mutual).discover()
    assert document["mtls_endpoint_aliases"]["token_endpoint"] == f"{MUTUAL}/token"
    assert "authorization_endpoint" not in document["mtls_endpoint_aliases"]
    for name in ("token", "introspection", "revocation"):
        assert "tls_client_auth" in document[f"{name}_endpoint_auth_methods_supported"]
