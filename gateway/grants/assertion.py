"""Verifying the assertion that came with a request, as every hosted application should."""

from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from config.vocabulary import ApplicationId
from gateway.grants.claims import Assertion
from gateway.grants.sign import ALGORITHM

LEEWAY = timedelta(seconds=5)  # clocks of one machine; RFC 7519 §4.1.4 allows "a few minutes" at most


MALFORMED = (
    JoseError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    OSError,
    RecursionError,
)
"""What decoding raises at odd texts (their header is read before the signature) and at odd times in them."""


class SamlRequestRefused(Exception):
    """The header is missing, forged, meant for somebody else, or too old. The request is not served."""


class AssertionVerifier:
    def __init__(self, keys: list[ECKey], issuer: str) -> None:
        self._keys, self._issuer = KeySet([*keys]), issuer

    def __call__(self, token: str, audience: ApplicationId, now: datetime) -> Assertion:
        """Raises SamlRequestRefused."""
        try:
            claims = jwt.decode(token, self._keys, algorithms=[ALGORITHM]).claims
            assertion = Assertion.from_claims(claims)
        except MALFORMED as error:
            raise SamlRequestRefused(f"not an assertion of ours: {type(error).__name__}") from error
        if claims.get("iss") != self._issuer or assertion.audience != audience:
            raise SamlRequestRefused(f"meant for {assertion.audience}, not for {audience}")
        if not assertion.issued_at - LEEWAY <= now < assertion.expires_at + LEEWAY:
            raise SamlRequestRefused(f"valid from {assertion.issued_at} to {assertion.expires_at}")
        return assertion
