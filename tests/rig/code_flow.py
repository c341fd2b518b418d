"""A relying party that knows the standard and the discovery document, and nothing of the provider's code."""

import base64
import hashlib
import json
import secrets
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey as Key
from joserfc.jwk import KeySet

from tests.rig.provider import GIS_CALLBACK, GIS_SECRET, ISSUER, Answer, Browser, client_key
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class RelyingParty:
    """What OpenID Connect Core 1.0 §3.1 asks of a client, written without the provider's own code."""

    def __init__(
        self, world: World, client: str = "gis", callback: str = GIS_CALLBACK, scope: str = "openid"
    ):
        self.world, self.client, self.callback, self.scope = world, client, callback, scope
        self.back = world.rig.browser("127.0.0.1")
        self.state, self.nonce, self.verifier = (secrets.token_urlsafe(32) for _ in range(3))

    async def discover(self) -> dict:
        answer = await self.back.get("/.well-known/openid-configuration")
        self.metadata = json_of(answer)
        assert self.metadata["issuer"] == ISSUER
        return self.metadata

    def address(self, **changes: str) -> str:
        return self.metadata["authorization_endpoint"] + "?" + urlencode(self.asked() | changes)

    def asked(self) -> dict[str, str]:
        """The request's parameters."""
        return {
            "client_id": self.client,
            "redirect_uri": self.callback,
            "response_type": "code",
            "scope": self.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": b64(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }

    def signed(self, key: Key | None = None, header: dict[str, str] | None = None, **changes: object) -> str:
        """The request as its key signs it (RFC 9101 §4); None takes a claim out."""
        now = int(self.world.rig.clock().timestamp())
        own = {"iss": self.client, "aud": ISSUER, "exp": now + 60, "jti": secrets.token_hex(8)}
        said = {name: value for name, value in (self.asked() | own | changes).items() if value is not None}
        shown = {"alg": "ES256", "typ": "oauth-authz-req+jwt"} | (header or {})
        return jwt.encode(shown, said, key or client_key(), algorithms=["ES256"])

    async def send(self, browser: Browser, **changes: str) -> Answer:
        """The browser follows our link; an answer of the provider is checked as RFC 9207 asks."""
        return await browser.get(self.address(**changes))

    def code_in(self, answer: Answer) -> str:
        assert answer.location.startswith(self.callback + "?"), answer.location
        assert answer.said["state"] == self.state
        assert answer.said["iss"] == ISSUER
        return answer.said["code"]

    def form(self, code: str, **changes: str) -> dict[str, str]:
        usual = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback,
            "code_verifier": self.verifier,
        }
        return {name: value for name, value in (usual | changes).items() if value}

    async def exchange(self, code: str, authorization: str | None = None, **changes: str) -> Answer:
        proof = authorization or basic(self.client)
        return await self.back.post(
            self.metadata["token_endpoint"], self.form(code, **changes), Authorization=proof
        )

    async def claims(
        self, token: str, algorithm: str, *, expired: bool = False, nonce: str | None = ""
    ) -> dict:
        """`nonce`: None where there is to be none, as in those of a refresh token."""
        keys = KeySet.import_key_set(json_of(await self.back.get(self.metadata["jwks_uri"])))
        read = jwt.decode(token, keys, algorithms=[algorithm])
        expected = {"iss": ISSUER, "aud": self.client}
        if nonce is not None:
            expected["nonce"] = self.nonce
        registry = jwt.JWTClaimsRegistry(
            now=0 if expired else int(self.world.rig.clock().timestamp()),
            leeway=10**10 if expired else 0,
            exp={"essential": True},
            **{name: {"essential": True, "value": value} for name, value in expected.items()},
        )
        registry.validate(read.claims)
        return read.claims


def json_of(answer: Answer) -> dict:
    assert answer.headers["Content-Type"].startswith("application/json"), answer.text
    return json.loads(answer.text)


async def completed(world: World, **more: str):
    party = RelyingParty(world, **more)
    await party.discover()
    browser = world.rig.browser()
    begun = await party.send(browser)
    _, answer = await finish(world, browser, begun.location)
    return party, browser, party.code_in(answer)


def assertion(world: World, key: Key | None = None, **changes: object) -> dict[str, str]:
    """Of the client `by-key` (RFC 7523 §2.2), as fields of a form; None takes a claim out."""
    now = int(world.rig.clock().timestamp())
    usual = {"iss": "by-key", "sub": "by-key", "aud": ISSUER, "exp": now + 60, "jti": secrets.token_hex(8)}
    said = {name: value for name, value in (usual | changes).items() if value is not None}
    text = jwt.encode({"alg": "ES256"}, said, key or client_key(), algorithms=["ES256"])
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"client_assertion": text, "client_assertion_type": kind}


def basic(client: str, secret: str = GIS_SECRET) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


async def finish(world: World, browser: Browser, page: str):
    assert (await browser.password(page, JANA, JANA_PASSWORD)).status == 303
    return browser, await browser.code(page, world.code())
