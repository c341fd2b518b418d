"""A logout token on its way to the client (OpenID Connect Back-Channel Logout 1.0 §2.5, §2.8)."""

import secrets
import ssl
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp
from yarl import URL

from gateway.sign_outs.sign_out import NotTold, Receiver, SignOut, Untold
from idp.oidc import logout_token
from idp.oidc.keys import SigningKeys

TIMEOUT = aiohttp.ClientTimeout(total=5)  # a client has to forget a session, no more
TAKEN = frozenset({200, 204})  # §2.8; some frameworks answer 204 where there is no body
HEAD_MAX = 8_190  # bytes of each line of an answer; its body is not read


class Post:
    """To configured addresses alone, by the direct way, and nowhere that an answer may point to."""

    def __init__(self, keys: SigningKeys, issuer: str, clock: Callable[[], datetime]) -> None:
        self._keys, self._issuer, self._clock = keys, issuer, clock
        self._contexts: dict[tuple[Path, int] | None, ssl.SSLContext] = {}

    async def send(self, one: SignOut, receiver: Receiver) -> None:
        """Implements `gateway.sign_outs.delivery.Send`."""
        said = logout_token.claims(
            receiver.client, one.subject, one.session, secrets.token_urlsafe(16), self._issuer, self._clock()
        )
        token = self._keys.sign(said, receiver.client.algorithm, logout_token.TYPE)
        status = await self._posted(receiver, {"logout_token": token})
        if status not in TAKEN:
            raise NotTold(Untold.CLIENT_REFUSED, f"status {status}")

    async def _posted(self, receiver: Receiver, form: dict[str, str]) -> int:
        try:
            connector = aiohttp.TCPConnector(ssl=self._context(receiver.authority), force_close=True)
            async with (
                aiohttp.ClientSession(
                    connector=connector,
                    timeout=TIMEOUT,
                    headers={"User-Agent": "brana"},
                    max_line_size=HEAD_MAX,
                    max_field_size=HEAD_MAX,
                    cookie_jar=aiohttp.DummyCookieJar(),
                ) as http,
                http.post(URL(receiver.address, encoded=True), data=form, allow_redirects=False) as answer,
            ):
                return answer.status
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotTold(Untold.CLIENT_NOT_TRUSTED, str(error)) from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotTold(Untold.CLIENT_UNREACHABLE, str(error) or "no answer") from error

    def _context(self, authority: Path | None) -> ssl.SSLContext:
        """Made once for each state of the file: it takes longer than what is sent by it."""
        key = None if authority is None else (authority, authority.stat().st_mtime_ns)
        if (made := self._contexts.get(key)) is None:
            made = self._contexts[key] = ssl.create_default_context(cafile=authority)
        return made
