"""What proves a selection of the log: a statement that the log signs, and for each entry its way to a checkpoint. Pure.

JSON Lines, read by `for_auditors/brana_verify.py`: the statement with the numbers of all entries; before the first
entry of each tree the checkpoint that seals it; each entry as it is hashed, with its inclusion proof. A tree proves
that an entry is there. That none of a selection is missing only the statement proves, and it is the log's word.

Under pseudonyms there is the statement alone. The hash of an entry has no key: whoever has it, or a path with that of a
neighbour in it, checks guesses of what the entry says, and of some entries nothing but the name has to be guessed.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote, urlencode

import msgspec

from gateway.audit.canonical import time_text
from gateway.audit.note import Signer, sign
from gateway.audit.selection import NAMES, Wanted

FORMAT = 1
FILE, STATEMENTS = "proofs.jsonl", "export"
"""The name of the file, and what is behind the log's name in that of its key for statements: `log.example/export`."""


ABOUT_NOBODY = frozenset(
    {
        *("within", "municipality", "own_municipality", "application", "action", "outcome", "codes", "since"),
        *("until", "reason", "rule", "policy_version", "without_technical", "counted", "crossing", "hours"),
        *("bytes_from", "bytes_to"),
    }
)
"""Conditions that are told under pseudonyms too; of any other it is told that there was one."""
NOT_TOLD = "(not told)"


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry of a selection. `path`: from the leaf upwards; None where `why` says that nothing can be proven."""

    sequence: int
    canonical: bytes
    leaf: bytes
    path: Sequence[bytes] | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sealing:
    """The checkpoint under which entries from `begin` to before `end` are proven."""

    begin: int
    end: int
    note: str
    reach: int


def statement(
    wanted: Wanted,
    asked: dict[str, str],
    numbers: Sequence[int],
    reach: int,
    content: bytes,
    made: datetime,
    signers: Sequence[Signer],
    *,
    stated: bool,
) -> str:
    """The note, of all keys that are in force. `reach`: how many entries the log had; `content`: SHA-256 of the file
    that people read; `stated`: no entry is proven by itself.

    Under pseudonyms it names nobody either: no condition on people, and no purpose.
    """
    purpose = NOT_TOLD if wanted.pseudonyms else wanted.purpose
    told = {
        name: value if name in ABOUT_NOBODY or not wanted.pseudonyms else NOT_TOLD
        for name, value in asked.items()
    }
    own = [replace(one, name=f"{one.name}/{STATEMENTS}") for one in signers]
    lines = (
        own[0].name,
        str(len(numbers)),
        sha256(numbers_text(numbers).encode()).hexdigest(),
        f"version {FORMAT}",
        f"sealed {reach}",
        f"file {NAMES[wanted.form]} {content.hex()}",
        f"pseudonyms {'yes' if wanted.pseudonyms else 'no'}",
        f"made {time_text(made)}",
        f"asked {urlencode(told) or '-'}",
        f"purpose {quote(purpose)}",
        *(("proofs no",) if stated and not wanted.pseudonyms else ()),
    )
    return sign("".join(f"{line}\n" for line in lines), *own)


def numbers_text(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def head(said: str, numbers: Sequence[int], changes: Sequence[str]) -> bytes:
    """`changes`: notes that tell how keys of the log followed each other, where they did."""
    told = {"keys": list(changes)} if changes else {}
    return _line({"brana_selection": FORMAT} | told | {"statement": said, "numbers": list(numbers)})


def sealed(one: Sealing) -> bytes:
    return _line({"checkpoint": one.note})


def line(one: Proven) -> bytes:
    if one.path is None:
        return _line({"not_proven": one.sequence, "why": one.why})
    path, leaf = msgspec.json.encode([_text(each) for each in one.path]), _text(one.leaf).encode()
    return b'{"path":' + path + b',"leaf":"' + leaf + b'","entry":' + one.canonical + b"}\n"


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _line(told: dict[str, object]) -> bytes:
    return msgspec.json.encode(told) + b"\n"
