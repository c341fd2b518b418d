"""Asks another provider: metadata, keys, and what a code is good for. Bounded in time and size, and nowhere else."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
import msgspec
from joserfc.jwk import Key

from config.settings import Title
from idp.broker import asking, id_token, logout, metadata
from idp.broker import keys as which
from idp.broker.kept import Kept
from idp.broker.logout import Told
from idp.broker.metadata import Metadata
from idp.broker.refused import UNREADABLE, UpstreamRefused
from idp.broker.upstream import Upstream
from idp.login.refusal import Refusal
from idp.login.upstream import Gone, Proven

TIMEOUT = timedelta(seconds=8)  # of one question; a person waits before the page
BODY_MAX = 256 * 1024  # bytes of one answer
KEPT_FOR = timedelta(hours=1)  # metadata and keys; then they are asked for again
KEYS_NOT_TWICE_WITHIN = timedelta(seconds=30)
"""A token by an unknown key has them asked for again, but whoever sends such tokens does not flood the provider."""


class _Tokens(msgspec.Struct):
    """RFC 6749 §5.1 and OpenID Connect Core 1.0 §3.1.3.3, the part we use."""

    id_token: str
    token_type: str
    access_token: str = ""


@dataclass(slots=True)
class UpstreamClient:
    """`tls`: trusts the provider's authority, and shows our certificate where there is one. `monotonic`: in seconds."""

    upstream: Upstream
    title: Title
    realms: frozenset[str]
    tls: ssl.SSLContext
    monotonic: Callable[[], float] = time.monotonic
    _known: Kept[Metadata] = field(init=False)
    _keys: Kept[tuple[Key, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self._known = Kept(self._read_metadata, self._elapsed)
        self._keys = Kept(self._read_keys, self._elapsed)

    def _elapsed(self) -> float:
        return self.monotonic()

    async def address(self, gone: Gone, state: str, redirect_uri: str, login_hint: str, locale: str) -> str:
        """Where the browser is sent. Raises UpstreamRefused."""
        said = await self._metadata()
        return asking.address(self.upstream, said, gone, state, redirect_uri, login_hint, locale)

    async def prove(
        self, gone: Gone, code: str, named: str | None, redirect_uri: str, now: Callable[[], datetime]
    ) -> Proven:
        """What the code of an answer proves; `named`: the issuer by that answer. Raises UpstreamRefused."""
        said = await self._metadata()
        if named is None and said.authorization_response_iss_parameter_supported:
            raise UpstreamRefused(
                Refusal.UPSTREAM_MIXED_UP, "it promises to name itself, and the answer does not"
            )
        tokens = await self._exchange(said, gone, code, redirect_uri)
        header, claims = await self._verified(tokens.id_token)
        return id_token.proven(claims, header, self.upstream, gone, tokens.access_token, now())

    async def told(self, logout_token: str, now: Callable[[], datetime]) -> Told:
        """Whose session there is over. Raises UpstreamRefused."""
        id_token.header_of(logout_token, self.upstream)  # before anything is asked for its sake
        _, claims = await self._verified(logout_token)
        return logout.told(claims, self.upstream, now())

    async def way_out(self, redirect_uri: str, locale: str) -> str | None:
        """Where people sign out there (RP-Initiated Logout 1.0 §2); None: nowhere. Raises UpstreamRefused."""
        endpoint = (await self._metadata()).end_session_endpoint
        asked = {
            "client_id": self.upstream.client_id,
            "post_logout_redirect_uri": redirect_uri,
            "ui_locales": locale,
        }
        joint = "&" if "?" in endpoint else "?"
        return f"{endpoint}{joint}{urlencode(asked)}" if endpoint else None

    async def _verified(self, token: str) -> tuple[id_token.Header, dict[str, Any]]:
        header = id_token.header_of(token, self.upstream)
        try:
            return header, id_token.signed_claims(token, header, await self._keys.get(KEPT_FOR))
        except UpstreamRefused as refused:
            if refused.reason not in {Refusal.UPSTREAM_KEY_UNKNOWN, Refusal.UPSTREAM_SIGNATURE_WRONG}:
                raise
        newer = await self._keys.get(KEYS_NOT_TWICE_WITHIN)  # it may have changed them since
        return header, id_token.signed_claims(token, header, newer)

    async def _metadata(self) -> Metadata:
        return await self._known.get(KEPT_FOR)

    async def _read_metadata(self) -> Metadata:
        return metadata.read(await self._ask("GET", self.upstream.metadata), self.upstream)

    async def _read_keys(self) -> tuple[Key, ...]:
        said = await self._metadata()
        return which.read(await self._ask("GET", said.jwks_uri))

    async def _exchange(self, said: Metadata, gone: Gone, code: str, redirect_uri: str) -> _Tokens:
        """OpenID Connect Core 1.0 §3.1.3.1."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": gone.verifier,
        }
        headers = {}
        if self.upstream.secret is None:
            form["client_id"] = self.upstream.client_id
        else:
            # each in the form's own encoding first, RFC 6749 §2.3.1
            client, secret = quote_plus(self.upstream.client_id), quote_plus(self.upstream.secret)
            headers["Authorization"] = aiohttp.encode_basic_auth(client, secret)
        body = await self._ask("POST", said.token_endpoint, form, headers)
        try:
            tokens = msgspec.json.decode(body, type=_Tokens)
        except UNREADABLE as error:
            raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "the token endpoint's answer") from error
        if tokens.token_type.lower() != "bearer":
            raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "another type of token")
        return tokens

    async def _ask(
        self,
        method: str,
        address: str,
        form: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        """One question to an address that the configuration allows. Raises UpstreamRefused."""
        # nothing packed: what is read is what counts against the bound
        sent = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
        total = aiohttp.ClientTimeout(total=TIMEOUT.total_seconds())
        connector = aiohttp.TCPConnector(ssl=self.tls, force_close=True)
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=total, auto_decompress=False) as http,
                http.request(method, address, data=form, headers=sent, allow_redirects=False) as answer,
            ):
                body = await answer.content.read(BODY_MAX + 1)
                while len(body) <= BODY_MAX and (more := await answer.content.read(BODY_MAX + 1 - len(body))):
                    body += more
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise UpstreamRefused(
                Refusal.UPSTREAM_UNREACHABLE, f"{address}: {type(error).__name__}"
            ) from error
        if len(body) > BODY_MAX:
            raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, f"{address}: more than {BODY_MAX} bytes")
        if form is not None and answer.status in {400, 401, 403}:
            raise UpstreamRefused(Refusal.UPSTREAM_CODE_REFUSED, f"status {answer.status}")
        if answer.status != 200:
            raise UpstreamRefused(Refusal.UPSTREAM_UNREACHABLE, f"{address}: status {answer.status}")
        return body
