"""Clients that prove themselves by a certificate, on the running product: without it, with another one, by a header."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
import pytest_asyncio
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.audit.entry import Code
from gateway.demo.start import DOMAIN
from idp.oidc.pkce import challenge_of
from tests.attacks.conftest import VERIFIER
from tests.rig.programs import Programs, Told, maker, programs
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
CALLBACK = f"https://evidence.{DOMAIN}/callback"
NAME = f"evidence.{DOMAIN}"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Programs]:
    async with programs(tmp_path_factory.mktemp("certificates")) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def person(world: Programs) -> Visitor:
    return await world.ground.signed_in(world.ground.somebody())


async def form_with_code(world: Programs, person: Visitor) -> dict[str, str]:
    asked = {
        "client_id": "evidence",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }
    answer = await person.get(f"{world.ground.login}/authorize?{urlencode(asked)}", follow=False)
    return {
        "grant_type": "authorization_code",
        "code": answer.location.query["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "evidence",
    }


def forged(world: Programs, certificate: Path) -> dict[str, str]:
    """Whatever a data plane might say of a connection."""
    said = quote(certificate.read_text().partition("-----BEGIN PRIVATE")[0])
    return {
        "x_brana_client_certificate": said,
        "x_brana_host": world.address("mtls").removeprefix("https://"),
        "x_forwarded_client_cert": f'Cert="{said}"',
        "x_brana_certificate_verified": "1",
    }


async def tokens(world: Programs, person: Visitor, certificate: Path) -> dict[str, Any]:
    form = await form_with_code(world, person)
    answer = await world.ask(world.address("mtls") + "/token", "POST", data=form, certificate=certificate)
    assert answer.status == 200, answer.body
    return dict(answer.body)


def refused(answer: Told) -> tuple[int, str]:
    return answer.status, answer.body["error"]


async def test_only_its_own_certificate_proves_a_client_and_no_header_does(
    world: Programs, person: Visitor
) -> None:
    mine, _ = world.authority.client(NAME)
    other, _ = world.authority.client()
    form = await form_with_code(world, person)
    for host, certificate, headers in (
        ("mtls", None, {}),
        ("mtls", other, {}),
        ("mtls", None, forged(world, mine)),
        ("mtls", other, forged(world, mine)),
        ("login", None, {}),
        ("login", None, forged(world, mine)),
        ("login", mine, forged(world, mine)),
    ):
        answer = await world.ask(
            world.address(host) + "/token", "POST", data=form, certificate=certificate, **headers
        )
        assert refused(answer) == (401, "invalid_client"), (host, headers)
        (entry,) = await world.ground.entries(
            at_least=1, request_id=answer.request_id, codes=(Code.TOKEN_REFUSED,)
        )
        assert (entry.reason, entry.application) == ("client_certificate_wrong", "evidence")
    answer = await world.ask(world.address("mtls") + "/token", "POST", data=form, certificate=mine)
    assert answer.status == 200, answer.body


async def test_a_certificate_that_cannot_be_believed_has_no_connection(
    world: Programs, tmp_path: Path
) -> None:
    stranger, _ = maker(tmp_path / "cizi", "Cizí autorita").client(NAME)
    late, _ = world.authority.client(NAME, ends=timedelta(days=-1))
    server, _ = world.authority.client(NAME, purpose=ExtendedKeyUsageOID.SERVER_AUTH)
    for certificate in (stranger, late, server, world.revoked):
        with pytest.raises((aiohttp.ClientError, OSError)):
            await world.ask(
                world.address("mtls") + "/token",
                "POST",
                data={"client_id": "evidence"},
                certificate=certificate,
            )


async def test_a_stolen_token_is_worth_nothing_without_its_certificate(
    world: Programs, person: Visitor
) -> None:
    mine, _ = world.authority.client(NAME)
    renewed, _ = world.authority.client(NAME)
    given = await tokens(world, person, mine)
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    for host, certificate, headers, reason in (
        ("login", None, {}, "client_certificate_missing"),
        ("login", None, forged(world, mine), "client_certificate_missing"),
        ("login", mine, {}, "client_certificate_missing"),
        ("mtls", None, forged(world, mine), "client_certificate_missing"),
        ("mtls", renewed, {}, "client_certificate_differs"),
        ("mtls", renewed, forged(world, mine), "client_certificate_differs"),
    ):
        answer = await world.ask(
            world.address(host) + "/userinfo", certificate=certificate, **bearer, **headers
        )
        assert refused(answer) == (401, "invalid_token"), (host, headers)
        assert (await world.ground.entry(answer)).reason == reason  # type: ignore[arg-type]
    answer = await world.ask(world.address("mtls") + "/userinfo", certificate=mine, **bearer)
    assert answer.status == 200
    assert answer.body["sub"]


async def test_the_host_for_certificates_has_nothing_for_browsers(world: Programs) -> None:
    told = await world.ask(world.address("login") + "/.well-known/openid-configuration")
    aliases = told.body["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == world.address("mtls") + "/token"
    assert set(aliases) < set(told.body)
    assert told.body["tls_client_certificate_bound_access_tokens"] is True
    assert "tls_client_auth" in told.body["token_endpoint_auth_methods_supported"]
    for path in (
        "/",
        "/authorize",
        "/sign-in",
        "/account",
        "/logout",
        "/.well-known/openid-configuration",
        "/tokens",
    ):
        assert (await world.ask(world.address("mtls") + path)).status == 404, path
