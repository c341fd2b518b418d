"""The identity provider as its client sees it: metadata, keys, and the exchange of a code."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import aiohttp
import msgspec
from joserfc.jwk import KeySet

from gateway.grants.assertion import MALFORMED

T = TypeVar("T")
TIMEOUT = aiohttp.ClientTimeout(total=10)
KEYS_NOT_TWICE_WITHIN = timedelta(seconds=30)  # an unknown `kid` may ask again, but not flood the provider


class ProviderUnreachable(Exception):
    """The identity provider does not answer, or not as OpenID Connect says; sign-in is not possible now."""


class CodeRefused(Exception):
    """The provider refused the code (RFC 6749 §5.2); the person begins again."""


@dataclass(frozen=True, slots=True)
class Client:
    """Our registration at the provider."""

    issuer: str
    client_id: str
    client_secret: str | None = None
    """None for a public client, which PKCE alone proves (the built-in provider's way)."""

    def __repr__(self) -> str:
        return f"Client({self.client_id} at {self.issuer})"


class _Metadata(msgspec.Struct):
    """OpenID Connect Discovery 1.0 §3, the part we use."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str


class _Tokens(msgspec.Struct):
    id_token: str
    token_type: str


class Provider:
    """`connector` and `back_channel` say how the provider is reached from here: for the built-in one its unix
    socket and a base address that stands in for the issuer's, so that no call goes round through Envoy.
    `clock`: monotonic, in seconds.
    """

    def __init__(
        self,
        client: Client,
        connector: Callable[[], aiohttp.BaseConnector],
        back_channel: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self._connector = connector
        self._clock = clock
        self._back_channel = back_channel or client.issuer
        self._http: aiohttp.ClientSession | None = None
        self._metadata: _Metadata | None = None
        self._keys: KeySet | None = None
        self._keys_asked = 0.0

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def metadata(self) -> _Metadata:
        if self._metadata is None:
            body = await self._get(f"{self.client.issuer}/.well-known/openid-configuration")
            found = self._decoded(body, _Metadata)
            if found.issuer != self.client.issuer:  # mix-up, OpenID Connect Discovery 1.0 §4.3
                raise ProviderUnreachable(f"it calls itself {found.issuer}, not {self.client.issuer}")
            self._metadata = found
        return self._metadata

    async def keys(self, *, fresh: bool = False) -> KeySet:
        """Its signing keys; `fresh` asks again because a token named an unknown one."""
        waited = self._clock() - self._keys_asked
        if self._keys is None or (fresh and waited > KEYS_NOT_TWICE_WITHIN.total_seconds()):
            self._keys_asked = self._clock()
            body = await self._get((await self.metadata()).jwks_uri)
            try:
                self._keys = KeySet.import_key_set(msgspec.json.decode(body))
            except (*MALFORMED, msgspec.DecodeError) as error:
                raise ProviderUnreachable("its key set cannot be read") from error
        return self._keys

    def forget_keys(self) -> None:
        """Ask for them at the next token: one of them may be believed no more."""
        self._keys = None

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The id token for a code (RFC 6749 §4.1.3). Raises CodeRefused, ProviderUnreachable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        endpoint = (await self.metadata()).token_endpoint
        headers = {}
        if self.client.client_secret is None:
            form["client_id"] = self.client.client_id
        else:
            basic = aiohttp.encode_basic_auth(self.client.client_id, self.client.client_secret)
            headers["Authorization"] = basic
        try:
            async with self._session().post(
                self._reached(endpoint),
                data=form,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderUnreachable(f"{endpoint}: {error}") from error
        if answer.status in (400, 401):
            raise CodeRefused(body.decode(errors="replace")[:200])
        if answer.status != 200:
            raise ProviderUnreachable(f"{endpoint}: status {answer.status}")
        return self._decoded(body, _Tokens).id_token

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=self._connector(), timeout=TIMEOUT)
        return self._http

    def _reached(self, url: str) -> str:
        if url.startswith(self.client.issuer + "/"):
            return self._back_channel + url.removeprefix(self.client.issuer)
        return url

    async def _get(self, url: str) -> bytes:
        try:
            async with self._session().get(self._reached(url), allow_redirects=False) as answer:
                if answer.status != 200:
                    raise ProviderUnreachable(f"{url}: status {answer.status}")
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ProviderUnreachable(f"{url}: {error}") from error

    @staticmethod
    def _decoded(body: bytes, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.DecodeError as error:
            raise ProviderUnreachable(f"its answer cannot be read: {error}") from error
