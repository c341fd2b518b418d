"""The log's word for a bundle: a signed note over its manifest, which has the digest of every other file. Pure.

Read by `for_auditors/brana_verify.py`. Without it whoever has the bundle in hand could change a file and the digests
beside it alike. It is a statement as that of a selection is, by the same keys, and its second line is no number, so
that neither is ever taken for the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

import msgspec

from gateway.audit.canonical import time_text
from gateway.audit.note import Signer, sign
from gateway.audit.selection_proofs import STATEMENTS

FORMAT = 1
STATEMENT = "statement.json"


@dataclass(frozen=True, slots=True)
class Signing:
    """`size`: how many entries the log had; `signers`: whose keys sign for so many; `changes`: notes that tell how
    keys of the log followed each other.
    """

    size: int
    signers: Sequence[Signer]
    changes: Sequence[str] = ()


def signed(incident: int, manifest: bytes, made: datetime, by: Signing) -> bytes:
    own = [replace(one, name=f"{one.name}/{STATEMENTS}") for one in by.signers]
    lines = (
        own[0].name,
        f"incident {incident}",
        sha256(manifest).hexdigest(),
        f"version {FORMAT}",
        f"sealed {by.size}",
        f"made {time_text(made)}",
    )
    told = {"keys": list(by.changes)} if by.changes else {}
    note = sign("".join(f"{line}\n" for line in lines), *own)
    return msgspec.json.encode({"brana_bundle": FORMAT} | told | {"statement": note}) + b"\n"
