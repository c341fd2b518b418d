"""Signing grants and assertions (ES256, RFC 7518 §3.4), each with a key of its own purpose.

Written out here and not left to joserfc, which reads and checks all of its own input again at each signature:
two signatures are part of every decision. That joserfc accepts the result is what the tests ask.
"""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from gateway.grants.claims import Grant

ALGORITHM = "ES256"
GRANT_TYPE = "brana-grant+jwt"
TOKEN_TYPE = "at+jwt"  # RFC 9068 §2.1
LET_IN_LATER = timedelta(seconds=2)
"""For how long Envoy takes an access token after its `exp`: it compares whole seconds, and one more is its least leeway
(`jwt_authn`, `clock_skew_seconds`). So `exp` is that much earlier than the end of what the token stands for.
"""
NUMBER = 32  # octets of each half of a signature; RFC 7518 §3.4
_ECDSA = ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class SignedGrant:
    token: str
    """Value of the grant cookie."""
    assertion: str
    """The application's header for the request at hand."""


class GrantSigner:
    """Signs with the current keys; a copied assertion cannot pass as a grant, nor the reverse."""

    def __init__(self, grant_key: ECKey, assertion_key: ECKey, assertion_issuer: str) -> None:
        self._grant = _Signer(grant_key, GRANT_TYPE)
        self._assertion = _Signer(assertion_key, "JWT")
        self._issuer = assertion_issuer

    def sign(self, grant: Grant) -> SignedGrant:
        assertion = self._assertion.token(grant.assertion.claims(self._issuer))
        return SignedGrant(self._grant.token(grant.claims(assertion)), assertion)


class TokenSigner:
    """Access tokens of technical accounts: a grant in the form of RFC 9068, with a key of its own purpose."""

    def __init__(self, key: ECKey, assertion_key: ECKey, issuer: str, assertion_issuer: str) -> None:
        self._token, self._assertion = _Signer(key, TOKEN_TYPE), _Signer(assertion_key, "JWT")
        self._issuer, self._assertion_issuer = issuer, assertion_issuer

    def sign(self, grant: Grant, account: str) -> str:
        """`account`: id of the technical account, the OAuth client."""
        about = grant.assertion
        assertion = self._assertion.token(about.claims(self._assertion_issuer))
        ends = int((about.expires_at - LET_IN_LATER).timestamp())
        told = {"iss": self._issuer, "aud": about.audience, "exp": ends, "client_id": account}
        return self._token.token({**grant.claims(assertion), **told})


class _Signer:
    """JWTs in JWS compact serialization (RFC 7515 §3.1) with one key and one header."""

    __slots__ = ("_begins", "_key")

    def __init__(self, key: ECKey, kind: str) -> None:
        private = key.private_key
        if not isinstance(private, EllipticCurvePrivateKey) or key.curve_name != "P-256":
            raise ValueError(f"{ALGORITHM} signs with a private key on P-256 only (RFC 7518 §3.4)")
        self._key = private
        self._begins = _protected_header(kind, key.thumbprint())

    def token(self, claims: dict[str, Any]) -> str:
        signed = self._begins + _base64url(msgspec.json.encode(claims))
        r, s = decode_dss_signature(self._key.sign(signed, _ECDSA))
        signature = _base64url(r.to_bytes(NUMBER) + s.to_bytes(NUMBER))
        return f"{signed.decode()}.{signature.decode()}"


def keys_by_header(jwks: Mapping[str, Any]) -> dict[bytes, bytes]:
    """What verifies grants: protected header with its dot, as in the token → public key (DER, RFC 5480 §2)."""
    return {
        _protected_header(GRANT_TYPE, key["kid"]): ECKey.import_key(key).as_der(private=False)
        for key in jwks["keys"]
    }


def _protected_header(kind: str, kid: str) -> bytes:
    return _base64url(msgspec.json.encode({"alg": ALGORITHM, "typ": kind, "kid": kid})) + b"."


def _base64url(octets: bytes) -> bytes:
    """RFC 7515 §2: without padding."""
    return urlsafe_b64encode(octets).rstrip(b"=")


def public_jwks(*keys: ECKey) -> dict[str, Any]:
    """JWK Set (RFC 7517 §5) of the public halves, each with `kid` and `alg`."""
    return {
        "keys": [
            {
                **key.as_dict(private=False),
                "kid": key.thumbprint(),
                "alg": ALGORITHM,
                "use": "sig",
            }
            for key in keys
        ]
    }
