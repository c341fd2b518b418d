"""Where keys are used, and whose: what is said of them without the library that verifies them."""

import base64
import hashlib
import json
from dataclasses import dataclass

from config.vocabulary import SubjectId
from idp.login.authenticator import CredentialId

TIMEOUT_MS = 120_000  # for finding the key in a drawer
USER_HANDLE = b"brana user handle\x00"
ID_MAX = 1023  # bytes, WebAuthn Level 3 §7.1


@dataclass(frozen=True, slots=True)
class Site:
    """Where keys are used: the sign-in's host and nothing above it, so no other host can ask for them."""

    rp_id: str
    """Host name without a port (WebAuthn Level 3 §5.1.2, RP ID)."""
    origin: str
    """`https://host[:port]`."""
    office: str


def passkey_options(site: Site, challenge: bytes) -> str:
    """JSON of PublicKeyCredentialRequestOptions (§5.10) for a passkey alone, which verifies its user."""
    asked = {
        "challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "rpId": site.rp_id,
        "timeout": TIMEOUT_MS,
        "allowCredentials": [],
        "userVerification": "required",
    }
    return json.dumps(asked)


def user_handle(subject: SubjectId) -> bytes:
    """32 bytes that say nothing of the person (WebAuthn Level 3 §5.4.3 allows 64 and no personal data)."""
    return hashlib.sha256(USER_HANDLE + subject.encode()).digest()


def credential_of(response: str) -> CredentialId | None:
    """Which credential an answer names; it may lie. None for what cannot be read."""
    try:
        found = _octets(json.loads(response)["id"])
    except Exception:  # noqa: BLE001 - foreign text: whatever it is, it names no credential
        return None
    return CredentialId(found) if 0 < len(found) <= ID_MAX else None


def _octets(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
