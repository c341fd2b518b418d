"""The files of a node: the authority's certificate, and its own with the key. Written whole, mode 0600."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from config import durable
from config.fleet import authority_file, node_file
from gateway.fleet import certificates

RENEW_EVERY = 60.0  # seconds between looks at the certificate

Sign = Callable[[bytes], Awaitable[bytes | None]]
"""A request for a certificate (PEM) → the certificate; None where nobody gives one."""


def keep(state: Path, authority: bytes, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> None:
    """Raises OSError."""
    authority_file(state).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    durable.replace(authority_file(state), authority)
    durable.replace(node_file(state), certificate + certificates.key_pem(key))


async def renew_where_due(state: Path, sign: Sign, now: datetime) -> bool:
    """Whether another certificate lies there now. Raises OSError and what `sign` raises."""
    if not certificates.due(node_file(state).read_bytes(), now):
        return False
    key = certificates.new_key()
    made = await sign(certificates.request_of(key))
    if made is None:
        return False
    durable.replace(node_file(state), made + certificates.key_pem(key))
    return True


def good_for(state: Path, now: datetime) -> timedelta:
    return certificates.left(node_file(state).read_bytes(), now)
