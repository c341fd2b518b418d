"""What the device's key signs: JWS in compact serialization (RFC 7515 §7.1) with ES256 (RFC 7518 §3.4).

Signed by hand, as the key may lie in a TPM that gives nothing but signatures; read by joserfc, which trusts nothing.
"""

from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from agents.protocol.signing import ALGORITHM, Kind

LONGEST = 65_536  # characters of a message; what is longer is not read
UNREADABLE = (JoseError, ValueError, RecursionError)
"""msgspec's errors are ValueErrors; what is nested too deeply is no message of ours either."""
Said = TypeVar("Said", bound=msgspec.Struct)


class NotSigned(Exception):
    """Not by this key, not as this kind, or not in words of the protocol. Says no more: strangers read it."""


def device_of(token: str) -> str:
    """Whose it says it is; by that a key is looked up, and nothing else believed. Raises NotSigned."""
    if len(token) > LONGEST:
        raise NotSigned
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except UNREADABLE as error:
        raise NotSigned from error
    if not isinstance(kid, str):
        raise NotSigned
    return kid


def unverified(token: str, of: type[Said]) -> Said:
    """What a message says, before it is known whose it is: only for finding the key it names. Raises NotSigned."""
    if len(token) > LONGEST:
        raise NotSigned
    try:
        return msgspec.json.decode(jws.extract_compact(token.encode()).payload, type=of)
    except UNREADABLE as error:
        raise NotSigned from error


def opened(kind: Kind, token: str, key: EllipticCurvePublicKey, of: type[Said]) -> Said:
    """Raises NotSigned."""
    if len(token) > LONGEST or not isinstance(key.curve, SECP256R1):
        raise NotSigned
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        if "crit" in jws.extract_compact(token.encode()).headers():
            raise NotSigned  # we know no extension that has to be understood (RFC 7515 §4.1.11)
        read = jws.deserialize_compact(token, ECKey.import_key(der), algorithms=[ALGORITHM])
        if read.headers().get("typ") != kind:
            raise NotSigned
        return msgspec.json.decode(read.payload, type=of)
    except UNREADABLE as error:
        raise NotSigned from error
