"""Witnesses of the log, and who gets its checkpoints by mail."""

import base64
import binascii
import ipaddress
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from config.address import split_address
from config.doubt import Finding
from config.receivers import is_mail_address
from config.settings import Settings

COSIGNATURE = b"\x04"  # C2SP tlog-cosignature, Ed25519
KEY = 33  # bytes, with the type before it
LOCAL = "localhost"


def witness_findings(settings: Settings) -> Iterator[Finding]:
    audit = settings.audit
    names = set[str]()
    for number, one in enumerate(audit.witnesses):
        at = f"audit.witnesses[{number}]"
        if not _is_witness_address(one.address):
            yield (
                f"{at}.address",
                f"{one.address!r} is no https address of a witness",
                "write `https://witness.example:8444`; `http` goes to this machine's loopback alone",
            )
        name = one.key.partition("+")[0]
        if not _is_key(one.key):
            yield f"{at}.key", f"{one.key!r} is no key of a witness", "copy what `brana witness key` prints"
        elif name in names:
            yield f"{at}.key", f"another witness is called {name!r}", "give each a name of its own"
        names.add(name)
    for number, address in enumerate(audit.mail_checkpoints_to):
        if not is_mail_address(address):
            at = f"audit.mail_checkpoints_to[{number}]"
            yield at, f"{address!r} is not a mail address", "write for example `auditor@office.example`"
    if audit.mail_checkpoints_to and settings.notifications.smtp is None:
        yield "audit.mail_checkpoints_to", "no mail server is configured", "add `[notifications.smtp]`"


def authorities_of_witnesses(settings: Settings) -> dict[str, Path]:
    return {
        f"audit.witnesses[{number}].authority": one.authority
        for number, one in enumerate(settings.audit.witnesses)
        if one.authority is not None
    }


def _is_witness_address(address: str) -> bool:
    parts = split_address(address)
    if parts is None or not parts.hostname or parts.username is not None or set("?#") & set(address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == LOCAL


def _is_key(text: str) -> bool:
    """`name+id+key` (C2SP signed-note): the id is made of the name and the key."""
    name, _, rest = text.partition("+")
    said, _, encoded = rest.partition("+")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    if base64.b64encode(data).decode() != encoded:
        return False
    named = 0 < len(name) <= 255 and name.isprintable() and not any(one.isspace() for one in name)
    right = sha256(name.encode() + b"\n" + data).hexdigest()[:8] == said
    return named and len(data) == KEY and data[:1] == COSIGNATURE and right
