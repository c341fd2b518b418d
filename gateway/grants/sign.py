"""Signing grants and assertions (ES256, RFC 7518 §3.4), each with a key of its own purpose."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.grants.claims import Grant

ALGORITHM = "ES256"


@dataclass(frozen=True, slots=True)
class SignedGrant:
    token: str
    """Value of the grant cookie."""
    assertion: str
    """The application's header for the request at hand."""


class GrantSigner:
    """Signs with the current keys; a copied assertion cannot pass as a grant, nor the reverse."""

    def __init__(self, grant_key: ECKey, assertion_key: ECKey, assertion_issuer: str) -> None:
        self._grant_key, self._assertion_key = grant_key, assertion_key
        self._grant_header = {"alg": ALGORITHM, "typ": "brana-grant+jwt", "kid": grant_key.thumbprint()}
        self._assertion_header = {"alg": ALGORITHM, "typ": "JWT", "kid": assertion_key.thumbprint()}
        self._issuer = assertion_issuer

    def sign(self, grant: Grant) -> SignedGrant:
        assertion = jwt.encode(
            self._assertion_header, grant.assertion.claims(self._issuer), self._assertion_key
        )
        token = jwt.encode(self._grant_header, grant.claims(assertion), self._grant_key)
        return SignedGrant(token, assertion)


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
