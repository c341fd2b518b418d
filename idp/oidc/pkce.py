"""Proof Key for Code Exchange (RFC 7636), S256 only: `plain` proves nothing to who read the request."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636 §4.1


def is_challenge(text: str) -> bool:
    return CHALLENGE.fullmatch(text) is not None


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def proves(verifier: str, challenge: str) -> bool:
    """RFC 7636 §4.6; False for a verifier that cannot be one."""
    return VERIFIER.fullmatch(verifier) is not None and hmac.compare_digest(challenge_of(verifier), challenge)
