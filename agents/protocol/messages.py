"""Messages between a device and the gateway, as JSON. A device asks, the gateway answers; times are RFC 3339, UTC.

What a device says is a JWS (`agents.protocol.signed`) in the body of a POST, but for the first message, which has no
key to be known by. Fields that one side does not know are passed over, so that versions may differ by one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Nonce = Annotated[str, Meta(min_length=16, max_length=512)]
"""The gateway's; each is good for one message."""
PublicKeyDer = Annotated[bytes, Meta(max_length=200)]
"""SubjectPublicKeyInfo of a P-256 key (RFC 5480 §2), base64."""
TunnelKey = Annotated[str, Meta(min_length=44, max_length=44)]
"""Curve25519 public key as WireGuard writes it: base64 of 32 octets."""
Name = Annotated[str, Meta(min_length=1, max_length=80)]
BEGIN, COMPLETE, REPORT, TUNNEL, FAREWELL = (
    f"/agent/{last}" for last in ("begin", "complete", "report", "tunnel", "farewell")
)
"""Paths at the gateway's host for devices."""


class KeyKind(StrEnum):
    """Where the device's key lies, as the device says; nobody has attested it."""

    TPM = "tpm2"
    SOFTWARE = "software"


class Standing(StrEnum):
    """Of a device at the gateway."""

    WAITING = "waiting"
    """Enrolled; an administrator has to approve it."""
    ACTIVE = "active"
    BLOCKED = "blocked"
    """For a while; it may come back."""
    RETIRED = "retired"
    """For good: its name, keys and certificate open nothing more."""
    LOST = "lost"


class Begin(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever knows a code asks for a challenge; the code is not used up by that."""

    code: Annotated[str, Meta(min_length=4, max_length=64)]
    key: PublicKeyDer


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    nonce: Nonce
    expires_at: datetime


class Complete(msgspec.Struct, frozen=True, kw_only=True):
    """Signed by the key that `Begin` named: with it the device proves that it has that key."""

    nonce: Nonce
    code: Annotated[str, Meta(min_length=4, max_length=64)]
    key: PublicKeyDer
    key_kind: KeyKind
    request: Annotated[bytes, Meta(max_length=4096)]
    """PKCS#10 (RFC 2986) in DER: the key of the client certificate that the browser will show."""
    tunnel_key: TunnelKey | None = None
    name: Name
    """What people call it; the host's name to begin with."""
    asset: Annotated[str, Meta(max_length=80)] | None = None
    """Serial number of the hardware; None where it has none, or what stands there is a placeholder."""
    agent: Annotated[str, Meta(max_length=40)]
    """The agent's version."""


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    device: str
    standing: Standing
    nonce: Nonce
    authority: str
    """Certificates that issue to devices, PEM."""
    certificate: str | None = None
    """Chain, PEM, leaf first; none before the approval."""
    report_within: int
    """Seconds until the next report at the latest."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    nonce: Nonce
    sequence: Annotated[int, Meta(ge=1, le=2**53)]
    """Higher each time, across restarts."""
    at: Annotated[datetime, Meta(tz=True)]
    """By the device's clock; the gateway keeps its own beside it, and refuses one that is far from it."""
    tunnel_key: TunnelKey | None = None
    facts: msgspec.Raw
    """Read by `agents.protocol.facts`."""
    agent: Annotated[str, Meta(max_length=40)]
    request: Annotated[bytes, Meta(max_length=4096)] | None = None
    """As above, to renew the certificate; may name a new key."""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    standing: Standing
    nonce: Nonce
    report_within: int
    """Seconds."""
    failing: list[str] = []
    """Names of the checks that the gateway holds against this device; how to mend them the agent knows."""
    certificate: str | None = None
    authority: str | None = None


class Farewell(msgspec.Struct, frozen=True, kw_only=True):
    """The device retires itself; answered by `Reported`."""

    nonce: Nonce
    sequence: Annotated[int, Meta(ge=1, le=2**53)]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """With a status of 4xx or 503."""

    reason: str
    cs: str
    en: str
    nonce: Nonce | None = None
    """To sign the same once more with, where the one that was used is no longer good."""
    again: Literal["never", "now", "later"] = "never"
