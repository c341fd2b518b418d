"""Proofs of who holds a token (DPoP, RFC 9449): a program signs each request with a key of its own.

A proof counts for one method, one address and one minute, once, and beside a token for that token alone. So a token
that is bound to a key is worth nothing to whoever has it without the key, and a proof nothing to whoever has read it.
"""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.oidc.assertion import Spent
from idp.oidc.errors import DpopFault

HEADER = "DPoP"
TYPE = "dpop+jwt"  # RFC 9449 §4.2; nothing else of anybody's passes for a proof
LONGEST = 4096  # characters; one with an RSA key of 4,096 bits takes 1,900
AGE = timedelta(seconds=60)  # RFC 9449 §11.1: seconds to minutes; so long its `jti` is remembered
AHEAD = timedelta(seconds=30)  # by so much a program's clock may be fast
NAME_MAX = 200  # characters of a `jti`
RSA_BITS = range(2048, 4097)  # fewer are no proof (RFC 7518 §3.3), more take long to verify
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256, RFC 7638
PORTS = {"https": 443, "http": 80}

Key = ECKey | OKPKey | RSAKey
KINDS: Mapping[str, tuple[str, type[ECKey | OKPKey | RSAKey], str | None]] = {
    "ES256": ("EC", ECKey, "P-256"),
    "Ed25519": ("OKP", OKPKey, "Ed25519"),  # RFC 9864, which has the next name no more
    "EdDSA": ("OKP", OKPKey, "Ed25519"),
    "RS256": ("RSA", RSAKey, None),
    "PS256": ("RSA", RSAKey, None),
}
"""Of each algorithm the kind of key and its curve: a key of another kind is not even read."""
ALGORITHMS = list(KINDS)


class _Registry(jws.JWSRegistry):
    max_header_length = LONGEST  # the key stands in it, and one of RSA takes more than the usual 512 bytes


_TAKEN = _Registry(algorithms=ALGORITHMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Verified, and not yet known to be new."""

    jkt: str
    """SHA-256 thumbprint of its key (RFC 7638, RFC 9449 §6.1)."""
    name: bytes
    """What it is remembered by."""
    until: datetime

    def spend(self, book: Spent) -> DpopFault | None:
        """Counted in the transaction that goes by it: at every node of a fleet it is good once."""
        return None if book.spend_assertion(self.name, self.until) else DpopFault.USED_TWICE


def is_thumbprint(text: str) -> bool:
    return THUMBPRINT.fullmatch(text) is not None


def read(
    headers: Sequence[str], method: str, address: str, now: datetime, access_token: str | None = None
) -> Proof | DpopFault:
    """RFC 9449 §4.3. `headers`: values of all that are called DPoP; `address`: of this endpoint, without a query;
    `access_token`: the one that came along, to which the proof has to belong.
    """
    if len(headers) != 1 or not headers[0] or len(headers[0]) > LONGEST:
        return DpopFault.WRONG if headers else DpopFault.MISSING
    signed = _signed(headers[0])
    if signed is None:
        return DpopFault.WRONG
    key, claims = signed
    fault = _fault(claims, method, address, now, access_token)
    if fault is not None:
        return fault
    jkt = key.thumbprint()
    remembered = hashlib.sha256(json.dumps([TYPE, jkt, claims["jti"]]).encode()).digest()
    return Proof(jkt=jkt, name=remembered, until=now + AGE + AHEAD)


def _fault(
    claims: Mapping[str, Any], method: str, address: str, now: datetime, access_token: str | None
) -> DpopFault | None:
    name, issued = claims.get("jti"), _moment(claims.get("iat"))
    earliest, latest = (now - AGE).timestamp(), (now + AHEAD).timestamp()
    fits = claims.get("htm") == method and _same_address(claims.get("htu"), address)
    checks = (
        (not isinstance(name, str) or not 0 < len(name) <= NAME_MAX or issued is None, DpopFault.WRONG),
        (not fits, DpopFault.FOR_ANOTHER),
        # compared, not reckoned with: a number may be of any size
        (issued is None or not earliest < issued <= latest, DpopFault.OUT_OF_TIME),
        (access_token is not None and not _is_of(claims.get("ath"), access_token), DpopFault.FOR_ANOTHER),
    )
    return next((fault for wrong, fault in checks if wrong), None)


def _moment(said: object) -> float | None:
    """A NumericDate (RFC 7519 §2)."""
    return said if isinstance(said, int | float) and not isinstance(said, bool) else None


def _signed(text: str) -> tuple[Key, Mapping[str, Any]] | None:
    """Its key, and what that key signed; None for what is no proof."""
    try:
        proof = jws.extract_compact(text.encode("ascii"), registry=_TAKEN)
        header = proof.protected
        key = _key(header.get("alg"), header.get("jwk"))
        if header.get("typ") != TYPE or "crit" in header or key is None:
            return None
        if not jws.validate_compact(proof, key, registry=_TAKEN):
            return None
        claims = json.loads(proof.payload)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OSError, RecursionError):
        return None
    return (key, claims) if isinstance(claims, dict) else None


def _key(algorithm: object, said: object) -> Key | None:
    """Public, and of the kind that the algorithm takes; None otherwise."""
    kind = KINDS.get(algorithm) if isinstance(algorithm, str) else None
    if kind is None or not isinstance(said, dict):
        return None
    family, read_as, curve = kind
    if said.get("kty") != family or said.get("crv") != curve:
        return None
    if family == "RSA" and _bits(said["n"]) not in RSA_BITS:  # before anybody reckons with it
        return None
    key = read_as.import_key(said)
    return None if key.is_private else key


def _bits(modulus: str) -> int:
    """Of a number as a key has it (RFC 7518 §6.3.1.1)."""
    return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)), "big").bit_length()


def _is_of(said: object, access_token: str | None) -> bool:
    """RFC 9449 §4.2, `ath`."""
    digest = hashlib.sha256((access_token or "").encode("utf-8", "surrogatepass")).digest()
    right = urlsafe_b64encode(digest).rstrip(b"=")
    return isinstance(said, str) and hmac.compare_digest(said.encode("utf-8", "surrogatepass"), right)


def _same_address(said: object, address: str) -> bool:
    """Without query and fragment, host and scheme in any case, the usual port said or not (RFC 9449 §4.3, item 9)."""
    if not isinstance(said, str):
        return False
    mine = _parts(address)
    return mine is not None and _parts(said) == mine


def _parts(address: str) -> tuple[str, str, int | None, str] | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if "@" in parts.netloc or not parts.hostname:
        return None
    scheme = parts.scheme.lower()
    return scheme, parts.hostname, port or PORTS.get(scheme), parts.path or "/"
