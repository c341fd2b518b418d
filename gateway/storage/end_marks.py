"""The end of the log carries a mark, so that nobody puts an entry behind it by hand unnoticed.

The mark is keyed by the master key, which is not in the database. Where it does not fit, the entries since the newest
checkpoint may be somebody else's: that is recorded, and the log goes on. That a node of an older version left the end
without a mark is believed only where nothing says that such versions are gone: neither what this process has sealed,
nor `checkpoints.log`, nor the database.
"""

import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select, update

from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.audit.drop_notes import OLDEST_SIGNER
from gateway.storage.audit_tail import Tail, read_tail
from gateway.storage.step import standing
from gateway.storage.tables.audit import audit_checkpoint, audit_tail

INFO = b"brana end of the log 1\x01"
"""HKDF-Expand (RFC 5869) of one block: this key is none of seals and none of fingerprints."""
Key = Callable[[], bytes | None]


@dataclass(slots=True)
class _Marking:
    key: Key
    file: Path | None
    signing: bool = False
    """Whether this process knows that nobody is at work any more who sets no mark."""


_markings: "WeakKeyDictionary[Engine, _Marking]" = WeakKeyDictionary()


def mark_ends(engine: Engine, key: Key, file: Path | None = None) -> None:
    """Whatever is appended by way of it carries a mark from now on. `file`: `checkpoints.log`, where there is one."""
    _markings[engine] = _Marking(key, file)


def all_mark(engine: Engine) -> None:
    """A checkpoint that says so was committed by way of it, or read: it stays so."""
    if (marking := _markings.get(engine)) is not None:
        marking.signing = True


def others_mark(connection: Connection, note: str | None) -> bool:
    """Whether everybody who appends sets a mark, and signs each deletion; `note`: of the newest checkpoint.

    One word for it is enough, whoever says it: whoever unsays it may be somebody who wants to be taken for a node of an
    older version.
    """
    if note is not None and f"\n{DROPS_SIGNED}\n" in note:
        return True
    marking = _markings.get(connection.engine)
    if marking is not None and (marking.signing or _outside(marking)[1]):
        return True
    step = standing(connection)[1]
    return step is not None and step.oldest >= OLDEST_SIGNER


def key_under(folder: Path) -> Key:
    """Of the master key in it, read once it is needed; none where it cannot be read."""
    found: list[bytes] = []

    def key() -> bytes | None:
        with suppress(OSError):
            if not found:
                found.append(hmac.digest((folder / "master.key").read_bytes(), INFO, sha256))
        return found[0] if found else None

    return key


def mark_of(connection: Connection, tail: Tail) -> bytes | None:
    """None where this process has no key."""
    marking = _markings.get(connection.engine)
    secret = None if marking is None else marking.key()
    return None if secret is None else hmac.digest(secret, _content(tail), sha256)


def mark_over(engine: Engine, text: str) -> str | None:
    """Of a session of the database that is ours; None where this process has no key."""
    marking = _markings.get(engine)
    secret = None if marking is None else marking.key()
    return None if secret is None else hmac.digest(secret, f"session {text}".encode(), sha256)[:16].hex()


def added_by_hand(connection: Connection, tail: Tail) -> range:
    """Numbers of entries that somebody else than the log may have put there; none where all is well, where this process
    has no key, or as long as nodes of a version that sets no mark were at work.
    """
    mark = mark_of(connection, tail)
    if mark is None or not tail.size:
        return range(0)
    if isinstance(tail.mark, bytes) and hmac.compare_digest(mark, tail.mark):
        return range(0)
    c = audit_checkpoint.c
    newest = connection.execute(select(c.size, c.note).order_by(c.size.desc()).limit(1)).first()
    # An older version that has sealed nothing either is none: there is a checkpoint a second after its first entry.
    if newest is not None and not others_mark(connection, str(newest.note)):
        return range(0)
    reach, _ = _outside(_markings[connection.engine])
    sealed = (None if newest is None else newest.size, reach, tail.size - 1)
    return range(min(one for one in sealed if one is not None), tail.size)


def behind_the_end(connection: Connection) -> range:
    """The same of the end that stands now."""
    tail = read_tail(connection)
    return range(0) if tail is None else added_by_hand(connection, tail)


def mark_anew(connection: Connection) -> None:
    """What nodes of an older version have left without a mark, or what was told already."""
    tail = read_tail(connection)
    mark = None if tail is None else mark_of(connection, tail)
    if mark is not None:
        connection.execute(update(audit_tail).values(mark=mark))


def _outside(marking: _Marking) -> tuple[int | None, bool]:
    """As `sealed_outside`."""
    if marking.file is None:
        return None, False
    from gateway.storage.sealed_outside import sealed_outside  # noqa: PLC0415 - who has no doubt loads no library

    return sealed_outside(marking.file)


def _content(tail: Tail) -> bytes:
    numbers = (tail.size, tail.received_at, tail.wall, tail.shard, tail.first, tail.until)
    return f"{' '.join(map(str, numbers))} {tail.month}\n".encode() + tail.frontier.pack()
