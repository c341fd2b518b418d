"""A hosted application with OpenID Connect of its own: a confidential client with PKCE, of aiohttp and joserfc.

It knows its issuer, its name and its secret, and reads everything else from the discovery document (OpenID Connect
Discovery 1.0 §4), as a common library does. Of the gate before it it knows nothing.
"""

import base64
import hashlib
import secrets
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.rig.visitor import Loopback

COOKIE, WAY = "partner-session", "partner-way"
CLIENT = "partner"
SECRET = secrets.token_urlsafe(32)


@dataclass(slots=True)
class RelyingParty:
    """`sessions`: of the application itself, by its cookie; `asked`: paths that reached it, oldest first."""

    origin: str = ""
    issuer: str = ""
    tls: ssl.SSLContext | None = None
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    _ways: dict[str, tuple[str, str]] = field(default_factory=dict)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/", self.page),
            web.get("/oidc/callback", self.callback),
            web.post("/sign-out", self.sign_out),
            web.get("/bye", self.bye),
        ]

    async def page(self, request: web.Request) -> web.Response:
        self._saw(request)
        known = self.sessions.get(request.cookies.get(COOKIE, ""))
        if known is not None:
            return web.Response(text=f"dobrý den, {known['claims']['name']}", content_type="text/html")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self._ways[state] = nonce, verifier
        asked = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": f"{self.origin}/oidc/callback",
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _b64(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        async with self._back() as back:
            known_at = await self._metadata(back)
        answer = _to(f"{known_at['authorization_endpoint']}?{urlencode(asked)}")
        answer.set_cookie(WAY, state, secure=True, httponly=True, samesite="Lax")
        return answer

    async def callback(self, request: web.Request) -> web.Response:
        """The code comes through the gate; what it is worth is asked at the provider, past the browser."""
        self._saw(request)
        state = request.query["state"]
        assert state == request.cookies[WAY]
        assert request.query["iss"] == self.issuer  # RFC 9207 §2.4
        nonce, verifier = self._ways.pop(state)
        form = {
            "grant_type": "authorization_code",
            "code": request.query["code"],
            "redirect_uri": f"{self.origin}/oidc/callback",
            "code_verifier": verifier,
        }
        async with self._back() as back:
            known_at = await self._metadata(back)
            proof = {"Authorization": aiohttp.encode_basic_auth(CLIENT, SECRET)}
            async with back.post(known_at["token_endpoint"], data=form, headers=proof) as answer:
                assert answer.status == 200, await answer.text()
                tokens = await answer.json()
            async with back.get(known_at["jwks_uri"]) as answer:
                keys = KeySet.import_key_set(await answer.json())
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            async with back.get(known_at["userinfo_endpoint"], headers=bearer) as answer:
                told = await answer.json()
        claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
        essential = {"iss": self.issuer, "aud": CLIENT, "nonce": nonce}
        jwt.JWTClaimsRegistry(
            **{name: {"essential": True, "value": value} for name, value in essential.items()}
        ).validate(claims)
        assert told["sub"] == claims["sub"]
        cookie = secrets.token_urlsafe(32)
        self.sessions[cookie] = {"claims": claims, "id_token": tokens["id_token"]}
        home = _to("/")
        home.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="Lax")
        return home

    async def sign_out(self, request: web.Request) -> web.Response:
        """Here, and at the provider (OpenID Connect RP-Initiated Logout 1.0 §2)."""
        self._saw(request)
        known = self.sessions.pop(request.cookies[COOKIE])
        async with self._back() as back:
            known_at = await self._metadata(back)
        asked = {"id_token_hint": known["id_token"], "post_logout_redirect_uri": f"{self.origin}/bye"}
        return _to(f"{known_at['end_session_endpoint']}?{urlencode(asked)}")

    async def bye(self, request: web.Request) -> web.Response:
        self._saw(request)
        return web.Response(text="na shledanou", content_type="text/html")

    def _saw(self, request: web.Request) -> None:
        self.asked.append(f"{request.method} {request.path}")
        self.headers += [name.lower() for name in request.headers]

    def _back(self) -> aiohttp.ClientSession:
        """Where the application's server finds `login.`, and whose word of it it believes."""
        assert self.tls is not None
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self.tls, resolver=Loopback("127.0.0.1"))
        )

    async def _metadata(self, back: aiohttp.ClientSession) -> dict[str, Any]:
        async with back.get(f"{self.issuer}/.well-known/openid-configuration") as answer:
            found: dict[str, Any] = await answer.json()
        assert found["issuer"] == self.issuer
        return found


def _to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
