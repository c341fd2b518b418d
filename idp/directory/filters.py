"""Search filters by RFC 4515, built from parts so that no value can become syntax."""

import re
import uuid
from collections.abc import Iterable
from typing import NewType

Filter = NewType("Filter", str)
"""A whole filter with its parentheses."""

# RFC 4512 §1.4: descr or numericoid; options are for servers to send, not for us to ask
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*|[0-2](\.(0|[1-9][0-9]*))+")
PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,-_@=+:/'#")


def escaped(value: str | bytes) -> str:
    r"""Value of an assertion, every octet but plain ASCII as `\xx` (RFC 4515 §3)."""
    octets = value.encode() if isinstance(value, str) else value
    return "".join(chr(octet) if octet in PLAIN else f"\\{octet:02x}" for octet in octets)


def equal(attribute: str, value: str | bytes) -> Filter:
    """`(attribute=value)`; ValueError for what is no attribute's name."""
    if not ATTRIBUTE.fullmatch(attribute):
        raise ValueError(f"{attribute!r} is not the name of an LDAP attribute (RFC 4512 §1.4)")
    return Filter(f"({attribute}={escaped(value)})")


def any_of(filters: Iterable[Filter]) -> Filter:
    """True where one of them is; with none, false everywhere (RFC 4526)."""
    return Filter(f"(|{''.join(filters)})")


def all_of(filters: Iterable[Filter]) -> Filter:
    return Filter(f"(&{''.join(filters)})")


BINARY_IDENTITIES = frozenset({"objectguid"})


def identity(attribute: str, uuid_text: str) -> Filter:
    """Filter for a stable identifier; `objectGUID` is 16 mixed-endian octets ([MS-DTYP] 2.3.4)."""
    if attribute.lower() in BINARY_IDENTITIES:
        return equal(attribute, uuid.UUID(uuid_text).bytes_le)
    return equal(attribute, uuid_text)
