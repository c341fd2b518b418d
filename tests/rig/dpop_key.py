"""A program's key for DPoP, and the proofs it signs, written after RFC 9449 and without the provider's own code."""

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey


class DpopKey:
    def __init__(self, algorithm: str = "ES256", key: ECKey | OKPKey | RSAKey | None = None) -> None:
        self.algorithm, self.key = algorithm, key or ECKey.generate_key("P-256")

    @property
    def jkt(self) -> str:
        return self.key.thumbprint()

    def proof(
        self,
        method: str,
        address: str,
        now: datetime,
        token: str | None = None,
        *,
        header: dict[str, Any] | None = None,
        signer: ECKey | OKPKey | RSAKey | None = None,
        **changes: Any,
    ) -> str:
        """§4.2; None takes a claim or a field of the header out."""
        said: dict[str, Any] = {
            "jti": secrets.token_urlsafe(12),
            "htm": method,
            "htu": address,
            "iat": int(now.timestamp()),
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            said["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        claims = {name: value for name, value in (said | changes).items() if value is not None}
        usual = {"typ": "dpop+jwt", "alg": self.algorithm, "jwk": self.key.as_dict(private=False)}
        kept = {name: value for name, value in (usual | (header or {})).items() if value is not None}
        return jwt.encode(kept, claims, signer or self.key, algorithms=[str(kept["alg"])])
