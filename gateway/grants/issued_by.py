"""Whether one certificate was issued by another: asked of every client that shows one."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature


def issued_by(leaf: x509.Certificate, authority: x509.Certificate) -> bool:
    """By name and signature; times and purposes are for the caller to ask (RFC 5280 §6.1.3)."""
    try:
        leaf.verify_directly_issued_by(authority)
    except (InvalidSignature, TypeError, ValueError):
        return False
    return True
