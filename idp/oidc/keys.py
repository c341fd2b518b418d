"""Keys that sign id tokens: one of each algorithm signs, retired ones verify until their tokens are gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import extract_compact

from idp.oidc.client import Algorithm

LEEWAY = 60  # seconds a token may be from the future
ID_TOKEN = "JWT"  # `typ` of id tokens; every other kind of ours has one of its own (RFC 8725 §3.11)
USERINFO = "userinfo+jwt"


class KeyMissing(Exception):
    """The provider was started without a signing key it needs."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(f"no signing key for {algorithm}; hand one of each algorithm to SigningKeys")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and what it signs with. Its repr shows the key's id only."""

    algorithm: Algorithm
    key: ECKey | RSAKey

    def __repr__(self) -> str:
        return f"SigningKey({self.algorithm}, {self.id})"

    @property
    def id(self) -> str:
        """JWK thumbprint (RFC 7638)."""
        return self.key.thumbprint()

    def public(self) -> dict[str, Any]:
        bare = self.key.as_dict(private=False)
        return {**bare, "kid": self.id, "use": "sig", "alg": self.algorithm}


class SigningKeys:
    """The first key of an algorithm signs. Raises KeyMissing when ES256 or RS256 has none."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        self.replace(keys)

    def replace(self, keys: Sequence[SigningKey]) -> None:
        """From now on these. Raises KeyMissing."""
        self._signing: dict[str, SigningKey] = {}
        for key in keys:
            self._signing.setdefault(key.algorithm, key)
        for algorithm in ("ES256", "RS256"):
            if algorithm not in self._signing:
                raise KeyMissing(algorithm)
        self._verifying = {key.id: key for key in keys}
        self.jwks: Mapping[str, Any] = {"keys": [key.public() for key in keys]}
        """Public keys, RFC 7517 §5."""

    def __repr__(self) -> str:
        return f"SigningKeys({', '.join(self._verifying)})"

    def sign(self, claims: Mapping[str, Any], algorithm: Algorithm, kind: str = ID_TOKEN) -> str:
        """A JWS in compact form (RFC 7515 §3.1). `kind`: its `typ`, by which no other kind passes for it."""
        key = self._signing[algorithm]
        header = {"alg": algorithm, "kid": key.id, "typ": kind}
        return jwt.encode(header, dict(claims), key.key, algorithms=[algorithm])

    def verify(self, token: str, issuer: str, now: datetime) -> Mapping[str, Any] | None:
        """Claims of an id token we signed, expired or not (a hint may be old); None for anything else."""
        try:
            header = _header(token)
            kid = header.get("kid")
            key = self._verifying.get(kid) if isinstance(kid, str) else None
            if key is None or header.get("typ") != ID_TOKEN:
                return None
            read = jwt.decode(token, key.key, algorithms=[key.algorithm])
        except (JoseError, ValueError, TypeError, KeyError):
            return None
        issued = read.claims.get("iat")
        fresh = isinstance(issued, int | float) and issued <= now.timestamp() + LEEWAY
        return read.claims if fresh and read.claims.get("iss") == issuer else None


def _header(token: str) -> dict[str, Any]:
    """Protected header of a compact JWS, not yet trusted: only used to choose which of our keys to try."""
    return dict(extract_compact(token.encode("ascii", "strict")).protected)
