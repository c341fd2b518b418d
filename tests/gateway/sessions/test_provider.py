import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from gateway.sessions.provider import (
    KEYS_NOT_TWICE_WITHIN,
    Client,
    CodeRefused,
    Provider,
    ProviderUnreachable,
)
from tests.rig.scripted_provider import ISSUER
from tests.rig.scripted_provider import Provider as Scripted
from tests.rig.scripted_provider import provider as scripted_provider

REDIRECT = "https://a.brana.example/.brana/callback"


@pytest_asyncio.fixture
async def there(tmp_path: Path) -> AsyncIterator[Scripted]:
    async with scripted_provider(tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def provider(there: Scripted) -> AsyncIterator[Provider]:
    client = Client(ISSUER, "brana-gateway", "s:e cret")
    made = Provider(
        client, lambda: aiohttp.UnixConnector(str(there.socket)), "http://idp", clock=lambda: there.monotonic
    )
    yield made
    await made.close()


async def test_metadata_and_keys_are_asked_for_once(provider: Provider, there: Scripted) -> None:
    for _ in range(2):
        assert (await provider.metadata()).token_endpoint == f"{ISSUER}/token"
        keys = await provider.keys()
    assert [key.thumbprint() for key in keys.keys] == [there.key.thumbprint()]
    assert [path for path, _ in there.asked] == ["/.well-known/openid-configuration", "/jwks"]


async def test_a_code_is_exchanged_with_verifier_and_secret(provider: Provider, there: Scripted) -> None:
    there.codes["c0de"] = {"sub": "x"}
    token = await provider.exchange("c0de", "verifier", REDIRECT)
    assert token.count(".") == 2
    _, asked = there.asked[-1]
    kind, _, credentials = asked.pop("authorization").partition(" ")
    assert (kind, b64decode(credentials)) == ("Basic", b"brana-gateway:s:e cret")
    assert asked == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "code_verifier": "verifier",
        "redirect_uri": REDIRECT,
    }


async def test_a_code_used_twice_is_refused(provider: Provider, there: Scripted) -> None:
    there.codes["c0de"] = {"sub": "x"}
    await provider.exchange("c0de", "verifier", REDIRECT)
    with pytest.raises(CodeRefused, match="invalid_grant"):
        await provider.exchange("c0de", "verifier", REDIRECT)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (200, "not JSON"),
        (200, "{}"),
        (200, '{"id_token": 1, "token_type": "Bearer"}'),
        (302, ""),  # a token request is never sent anywhere else
        (307, ""),
    ],
)
async def test_an_exchange_answered_wrongly_is_the_providers_fault(
    status: int, body: str, provider: Provider, there: Scripted
) -> None:
    there.answers["/token"] = (status, body)
    with pytest.raises(ProviderUnreachable):
        await provider.exchange("c0de", "verifier", REDIRECT)
    assert there.times_asked("/elsewhere") == 0


async def test_a_provider_that_calls_itself_something_else_is_not_believed(
    provider: Provider, there: Scripted
) -> None:
    there.issuer = "https://evil.example"
    with pytest.raises(ProviderUnreachable, match="calls itself"):
        await provider.metadata()
    there.issuer = ISSUER
    assert (await provider.metadata()).issuer == ISSUER


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"keys": 1}', '{"keys": [{"kty": "EC"}]}', "1", '{"keys": []}']
)
async def test_keys_that_cannot_be_read_are_the_providers_fault(
    body: str, provider: Provider, there: Scripted
) -> None:
    there.answers["/jwks"] = (200, body)
    with pytest.raises(ProviderUnreachable):
        await provider.keys()
    there.answers.clear()
    assert len((await provider.keys()).keys) == 1


async def test_new_keys_are_asked_for_but_not_over_and_over(provider: Provider, there: Scripted) -> None:
    await provider.keys()
    for _ in range(3):
        await provider.keys(fresh=True)
    assert there.times_asked("/jwks") == 1
    there.monotonic += KEYS_NOT_TWICE_WITHIN.total_seconds() + 1
    await provider.keys(fresh=True)
    assert there.times_asked("/jwks") == 2


async def test_a_provider_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    provider = Provider(
        Client(ISSUER, "brana-gateway", "s"),
        lambda: aiohttp.UnixConnector(str(tmp_path / "none.sock")),
        "http://idp",
    )
    for ask in (provider.metadata, provider.keys, lambda: provider.exchange("c", "v", REDIRECT)):
        with pytest.raises(ProviderUnreachable):
            await ask()
    await provider.close()
    await asyncio.sleep(0)


async def test_an_exchange_with_a_provider_that_died_is_unreachable(
    provider: Provider, there: Scripted
) -> None:
    await provider.metadata()
    there.socket.unlink()
    await provider.close()
    provider._http = None
    with pytest.raises(ProviderUnreachable, match="token"):
        await provider.exchange("c", "v", REDIRECT)


async def test_a_status_that_is_no_answer_is_unreachable(provider: Provider, there: Scripted) -> None:
    there.answers["/.well-known/openid-configuration"] = (503, "{}")
    with pytest.raises(ProviderUnreachable, match="status 503"):
        await provider.metadata()


async def test_an_endpoint_elsewhere_is_asked_where_it_says(provider: Provider) -> None:
    assert provider._reached(f"{ISSUER}/token") == "http://idp/token"
    for other in ("https://keys.example/jwks", f"{ISSUER}.evil.example/jwks"):
        assert provider._reached(other) == other


def test_our_registration_shows_no_secret() -> None:
    assert "s:e cret" not in repr(Client(ISSUER, "brana-gateway", "s:e cret"))
