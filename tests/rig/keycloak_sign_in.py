"""People at the sign-in page of a realm, in a real browser; and what the realm then says of them."""

import base64
import contextlib
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pyotp
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.async_api import Error, Page, Request

from gateway.demo.world import Account
from tests.rig.keycloak_product import CLIENT, CLIENT_SECRET, NAME, Office

STEP = 30  # seconds


async def by_password(page: Page, account: Account) -> None:
    await page.fill("#username", account.login)
    await page.fill("#password", account.password)
    await page.click("#kc-login")


async def first_factor(page: Page) -> str:
    """Sets up one-time codes, as the realm asks for; their secret in base32."""
    await page.click("#mode-manual")
    secret = (await page.inner_text("#kc-totp-secret-key")).replace(" ", "")
    await page.fill("#totp", pyotp.TOTP(secret).now())
    await page.click("#saveTOTPBtn")
    return secret


async def next_code(page: Page, secret: str) -> str:
    """One that was not shown yet: the realm takes each once."""
    before = pyotp.TOTP(secret).now()
    while (code := pyotp.TOTP(secret).now()) == before:
        await page.wait_for_timeout(500)
    return code


async def by_code(page: Page, code: str) -> None:
    await page.fill("#otp", code)
    await page.click("#kc-login")


class AsClient:
    """Asks the realm as our client does, and takes its answers out of the browser's way."""

    def __init__(self, office: Office, page: Page) -> None:
        self._office, self._page = office, page
        self._verifier = secrets.token_urlsafe(48)
        self._back = f"{office.product.addresses.issuer}/upstream/{NAME}/callback"
        self._answered = ""

    async def ask(self, **more: str) -> None:
        challenge = hashlib.sha256(self._verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": self._back,
            "scope": "openid",
            "state": "s",
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        } | more

        # nobody listens there, and what the realm sends the browser on to is no request that could be answered for it
        self._page.on("request", self._hear)
        with contextlib.suppress(Error):  # who is known there is sent back at once
            await self._page.goto(f"{self._office.issuer}/protocol/openid-connect/auth?{urlencode(asked)}")

    def _hear(self, request: Request) -> None:
        if request.url.startswith(self._back):
            self._answered = request.url

    async def claims(self) -> dict[str, Any]:
        """Of the id token, whose signature is looked at."""
        for _ in range(100):
            if self._answered:
                break
            await self._page.wait_for_timeout(100)
        else:
            raise AssertionError(f"still at {self._page.url}: {await self._page.inner_text('body')}")
        given = parse_qs(urlsplit(self._answered).query)
        assert "code" in given, self._answered
        form = {
            "grant_type": "authorization_code",
            "code": given["code"][0],
            "redirect_uri": self._back,
            "code_verifier": self._verifier,
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
        }
        tls = self._office.server.tls()
        token = f"{self._office.issuer}/protocol/openid-connect/token"
        async with aiohttp.ClientSession() as http:
            async with http.post(token, data=form, ssl=tls) as answer:
                said = await answer.json()
                assert answer.status == 200, said
            async with http.get(f"{self._office.issuer}/protocol/openid-connect/certs", ssl=tls) as answer:
                keys = KeySet.import_key_set(await answer.json())
        claims = jwt.decode(said["id_token"], keys, algorithms=["RS256"]).claims
        assert claims["exp"] > datetime.now(UTC).timestamp()
        return claims
