"""Another OpenID Provider, on real sockets with TLS: one that keeps to the standard, and that can be told not to.

It knows nothing of the product: it has its own people, clients, keys and sessions, verifies PKCE and how the client
shows who it is, and gives each code once. `wrong` says how it misbehaves.
"""

import asyncio
import base64
import hashlib
import hmac
import html
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlencode

import msgspec
from aiohttp import BasicAuth, web
from joserfc import jwt
from joserfc.jwk import RSAKey

from gateway.demo.authority import Authority
from gateway.demo.slapd import free_port
from tests.rig.authority import make_authority, server_pair

COOKIE = "op-session"
CLIENT, SECRET = "brana", "tajemství u jiného poskytovatele: 100 %+"


class Wrong(StrEnum):
    """What it does that no provider may do, or what befalls it."""

    NONCE = "nonce"
    AUDIENCE = "audience"
    TWO_AUDIENCES = "two_audiences"
    PARTY = "authorized_party"
    ISSUER = "issuer"
    EXPIRED = "expired"
    FROM_THE_FUTURE = "from_the_future"
    HASH = "at_hash"
    NO_SUBJECT = "no_subject"
    ALG_NONE = "alg_none"
    CONFUSED = "hs256_keyed_by_the_public_key"
    FOREIGN_KEY = "foreign_key"
    OTHER_ALGORITHM = "other_algorithm"
    MIXED_UP = "answers_as_another_issuer"
    UNNAMED = "does_not_name_itself"
    STATE = "state"
    DENIES = "denies"
    OVERLOADED = "overloaded"
    SLOW = "slow"
    ENDLESS = "endless_token_answer"
    REDIRECTS = "token_endpoint_redirects"
    OTHER_METADATA = "metadata_of_another_issuer"
    ELSEWHERE = "token_endpoint_on_another_host"
    IN_THE_CLEAR = "keys_over_http"


@dataclass(slots=True)
class _Code:
    subject: str
    nonce: str
    challenge: str
    redirect_uri: str
    shown_at: datetime


@dataclass(slots=True)
class UpstreamProvider:
    """`people`: claims by subject. `at_screen`: whose browser it is for clients without a page of their own."""

    issuer: str
    redirect_uri: str
    clock: Callable[[], datetime]
    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    at_screen: str | None = None
    shown_at: datetime | None = None
    """When that person last showed there who it is; None: now."""
    wrong: set[Wrong] = field(default_factory=set)
    kid: str | None = "k1"
    """None: neither its keys nor its tokens have a name."""
    names_keys: bool = True
    """Whether its keys have the name that its tokens have."""
    keys_said: bytes = b""
    """In place of its keys."""
    acr: str | None = None
    says_when: bool = True
    """Whether its tokens have `auth_time`."""
    names_itself: bool = True
    pairwise: bool = False
    secret: str | None = SECRET
    """None: clients show a certificate."""
    keys: list[RSAKey] = field(default_factory=lambda: [RSAKey.generate_key(2048)])
    """The last one signs."""
    sids: dict[str, str] = field(default_factory=dict)
    """Of the sessions of people here, by subject; nothing is said of others."""
    lets_out: bool = True
    """Whether people can sign out by a link of a client's."""
    codes: dict[str, _Code] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for, oldest first."""
    authorized: list[dict[str, str]] = field(default_factory=list)
    """Parameters of authorization requests, oldest first."""
    shown: list[dict[str, Any] | None] = field(default_factory=list)
    """Client certificates at the token endpoint."""

    def rotate(self, kid: str | None = None) -> None:
        """Another key signs from now on; the earlier ones are gone."""
        self.keys = [RSAKey.generate_key(2048)]
        self.kid = kid if self.kid is not None else None

    def as_caais(self) -> None:
        """Clients by certificate; no names of keys, `acr`, `auth_time` or `iss`; pairwise subjects."""
        self.kid, self.secret, self.acr = None, None, None
        self.says_when, self.names_itself, self.pairwise = False, False, True

    def subject_of(self, who: str) -> str:
        """As the client knows it."""
        return hashlib.sha256(f"{CLIENT}:{who}".encode()).hexdigest() if self.pairwise else who

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._seen])
        app.router.add_get("/.well-known/openid-configuration", self._metadata)
        app.router.add_get("/authorize", self._authorize)
        app.router.add_post("/login", self._login)
        app.router.add_post("/token", self._token)
        app.router.add_get("/jwks", self._jwks)
        app.router.add_get("/logout", self._ask_to_leave)
        app.router.add_post("/logout", self._leave)
        return app

    @web.middleware
    async def _seen(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path)
        if Wrong.SLOW in self.wrong:
            await asyncio.sleep(30)
        if Wrong.OVERLOADED in self.wrong:
            return web.Response(status=503, text="zkuste to později")
        return await handler(request)

    async def _metadata(self, _request: web.Request) -> web.Response:
        other, clear = Wrong.ELSEWHERE in self.wrong, Wrong.IN_THE_CLEAR in self.wrong
        said = {
            "issuer": "https://jiny.test" if Wrong.OTHER_METADATA in self.wrong else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "https://169.254.169.254/token" if other else f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks".replace("https", "http") if clear else f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            **({"authorization_response_iss_parameter_supported": True} if self.names_itself else {}),
            **({"end_session_endpoint": f"{self.issuer}/logout"} if self.lets_out else {}),
        }
        return web.json_response(said)

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        if (asked.get("client_id"), asked.get("redirect_uri")) != (CLIENT, self.redirect_uri):
            return web.Response(status=400, text="neznámý klient nebo adresa")
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.authorized.append(asked)
        if Wrong.DENIES in self.wrong:
            return self._onward({"error": "access_denied", "state": asked["state"]})
        signed_in = None if asked.get("prompt") == "login" else request.cookies.get(COOKIE)
        who = self.at_screen or signed_in
        if who not in self.people:
            return self._page(request)
        return self._answer(asked, who)

    def _page(self, request: web.Request) -> web.Response:
        """Whose browser it is, for people with eyes."""
        rows = "".join(
            f'<p><button name="who" value="{html.escape(one)}">{html.escape(said["name"])}</button></p>'
            for one, said in self.people.items()
        )
        query = html.escape(request.query_string)
        page = (
            '<!doctype html><html lang="cs"><title>Jiný poskytovatel</title><h1>Kdo jste?</h1>'
            f'<form method="post" action="/login?{query}">{rows}</form></html>'
        )
        return web.Response(text=page, content_type="text/html")

    async def _login(self, request: web.Request) -> web.Response:
        who = str((await request.post())["who"])
        answer = self._answer(dict(request.query), who)
        answer.set_cookie(COOKIE, who, secure=True, httponly=True)
        return answer

    async def _ask_to_leave(self, request: web.Request) -> web.Response:
        """RP-Initiated Logout 1.0 §2: without a hint about the session people are asked."""
        query = html.escape(request.query_string)
        page = (
            '<!doctype html><html lang="cs"><title>Odhlášení</title><h1>Odhlásit?</h1>'
            f'<form method="post" action="/logout?{query}"><button>Ano, odhlásit</button></form></html>'
        )
        return web.Response(text=page, content_type="text/html")

    async def _leave(self, request: web.Request) -> web.Response:
        registered = self.redirect_uri.replace("/callback", "/signed-out")
        if (request.query["client_id"], request.query["post_logout_redirect_uri"]) != (CLIENT, registered):
            return web.Response(status=400, text="neznámá adresa")
        answer = web.HTTPSeeOther(registered)
        answer.del_cookie(COOKIE)
        raise answer

    def _answer(self, asked: dict[str, str], who: str) -> web.Response:
        now = self.clock()
        shown_at = now if asked.get("max_age") == "0" or self.shown_at is None else self.shown_at
        code = secrets.token_urlsafe(24)
        self.codes[code] = _Code(who, asked["nonce"], asked["code_challenge"], self.redirect_uri, shown_at)
        state = "nikdy-nebyl" if Wrong.STATE in self.wrong else asked["state"]
        return self._onward({"code": code, "state": state})

    def _onward(self, said: dict[str, str]) -> web.Response:
        if self.names_itself and Wrong.UNNAMED not in self.wrong:
            said["iss"] = "https://jiny.test" if Wrong.MIXED_UP in self.wrong else self.issuer
        return web.Response(status=302, headers={"Location": f"{self.redirect_uri}?{urlencode(said)}"})

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if Wrong.REDIRECTS in self.wrong:
            return web.Response(status=307, headers={"Location": f"{self.issuer}/elsewhere"})
        form = {name: str(value) for name, value in (await request.post()).items()}
        transport = request.transport
        certificate = transport.get_extra_info("peercert") if transport is not None else None
        self.shown.append(certificate or None)
        if not self._knows(request, form, certificate):
            return web.json_response({"error": "invalid_client"}, status=401)
        code = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if code is None or proof != code.challenge or form.get("redirect_uri") != code.redirect_uri:
            return web.json_response({"error": "invalid_grant"}, status=400)
        access = secrets.token_urlsafe(24)
        if Wrong.ENDLESS in self.wrong:
            return web.Response(text=" " * 2_000_000, content_type="application/json")
        token = self._signed(self._claims(code, access))
        return web.json_response({"access_token": access, "token_type": "Bearer", "id_token": token})

    def _knows(self, request: web.Request, form: dict[str, str], certificate: Any) -> bool:
        if self.secret is None:
            return bool(certificate) and form.get("client_id") == CLIENT
        try:
            said = BasicAuth.decode(request.headers["Authorization"], encoding="ascii")
        except (KeyError, ValueError):
            return False
        return (unquote_plus(said.login), unquote_plus(said.password)) == (CLIENT, self.secret)

    def _claims(self, code: _Code, access: str) -> dict[str, Any]:
        now, wrong = int(self.clock().timestamp()), self.wrong
        late = -7200 if Wrong.EXPIRED in wrong else 7200 if Wrong.FROM_THE_FUTURE in wrong else 0
        claims: dict[str, Any] = {
            "iss": "https://jiny.test" if Wrong.ISSUER in wrong else self.issuer,
            "sub": self.subject_of(code.subject),
            "aud": "nekdo-jiny" if Wrong.AUDIENCE in wrong else CLIENT,
            "iat": now + late,
            "exp": now + late + 300,
            "nonce": "cizi" if Wrong.NONCE in wrong else code.nonce,
            **({"auth_time": int(code.shown_at.timestamp())} if self.says_when else {}),
            "at_hash": _half("cizi" if Wrong.HASH in wrong else access),
            **self.people[code.subject],
        }
        if Wrong.TWO_AUDIENCES in wrong:
            claims["aud"] = [CLIENT, "nekdo-jiny"]
        if Wrong.PARTY in wrong:
            claims["azp"] = "nekdo-jiny"
        if Wrong.NO_SUBJECT in wrong:
            claims["sub"] = ""
        if self.acr is not None:
            claims["acr"] = self.acr
        if code.subject in self.sids:
            claims["sid"] = self.sids[code.subject]
        return claims

    def logout_token(self, **changes: Any) -> str:
        """OpenID Connect Back-Channel Logout 1.0 §2.4; None takes a claim out."""
        now = int(self.clock().timestamp())
        usual: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(12),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        return self._signed({name: said for name, said in {**usual, **changes}.items() if said is not None})

    def _signed(self, claims: dict[str, Any]) -> str:
        named = {"kid": self.kid} if self.kid is not None else {}
        if Wrong.ALG_NONE in self.wrong:
            return _written({"alg": "none", **named}, claims, lambda _text: b"")
        if Wrong.CONFUSED in self.wrong:
            public = self.keys[-1].as_pem(private=False)
            return _written(
                {"alg": "HS256", **named}, claims, lambda text: hmac.digest(public, text, "sha256")
            )
        key = RSAKey.generate_key(2048) if Wrong.FOREIGN_KEY in self.wrong else self.keys[-1]
        algorithm = "RS512" if Wrong.OTHER_ALGORITHM in self.wrong else "RS256"
        return jwt.encode({"alg": algorithm, **named}, claims, key, algorithms=[algorithm])

    async def _jwks(self, _request: web.Request) -> web.Response:
        if self.keys_said:
            return web.Response(body=self.keys_said, content_type="application/json")
        listed, named = [], {"kid": self.kid} if self.kid is not None and self.names_keys else {}
        for key in self.keys:
            said = {name: value for name, value in key.as_dict(private=False).items() if name != "kid"}
            listed.append({**said, **named, "use": "sig"})
        return web.json_response({"keys": listed})


def _written(header: dict[str, Any], claims: dict[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """By hand: no library makes such a token."""
    text = b".".join(_coded(msgspec.json.encode(part)) for part in (header, claims))
    return (text + b"." + _coded(sign(text))).decode()


def _coded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _half(token: str) -> str:
    """`at_hash` (OpenID Connect Core 1.0 §3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Running:
    op: UpstreamProvider
    authority: Authority
    folder: Path
    port: int

    def tls(self) -> ssl.SSLContext:
        """As a browser trusts it."""
        return ssl.create_default_context(cafile=str(self.authority.certificate))


@asynccontextmanager
async def upstream_provider(
    folder: Path, redirect_uri: str, clock: Callable[[], datetime] = utc
) -> AsyncIterator[Running]:
    """Answers on loopback while the block runs; clients may show a certificate of its authority."""
    authority = make_authority(folder, "Jiný poskytovatel")
    pair, port = server_pair(authority), free_port()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(authority.certificate))
    tls.load_cert_chain(pair.certificate, pair.key)
    tls.verify_mode = ssl.CERT_OPTIONAL
    op = UpstreamProvider(f"https://127.0.0.1:{port}", redirect_uri, clock)
    runner = web.AppRunner(op.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    try:
        yield Running(op, authority, folder, port)
    finally:
        await runner.cleanup()
