"""The end of the log carries a mark, so that nobody puts an entry behind it by hand unnoticed.

The mark is keyed by the master key, which is not in the database. Where it does not fit, the entries since the newest
checkpoint may be somebody else's: that is recorded, and the log goes on.
"""

import hmac
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select, update

from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.storage.audit_tail import Tail, read_tail
from gateway.storage.tables.audit import audit_checkpoint, audit_tail

INFO = b"brana end of the log 1\x01"
"""HKDF-Expand (RFC 5869) of one block: this key is none of seals and none of fingerprints."""
Key = Callable[[], bytes | None]
_keys: "WeakKeyDictionary[Engine, Key]" = WeakKeyDictionary()


def mark_ends(engine: Engine, key: Key) -> None:
    """Whatever is appended by way of it carries a mark from now on."""
    _keys[engine] = key


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
    key = _keys.get(connection.engine)
    secret = None if key is None else key()
    return None if secret is None else hmac.digest(secret, _content(tail), sha256)


def added_by_hand(connection: Connection, tail: Tail) -> range:
    """Numbers of entries that somebody else than the log may have put there; none where all is well, where this process
    has no key, or as long as nodes of a version that sets no mark were at work.
    """
    mark = mark_of(connection, tail)
    if mark is None or (isinstance(tail.mark, bytes) and hmac.compare_digest(mark, tail.mark)):
        return range(0)
    c = audit_checkpoint.c
    newest = connection.execute(select(c.size, c.note).order_by(c.size.desc()).limit(1)).first()
    if newest is None or f"\n{DROPS_SIGNED}\n" not in newest.note:
        return range(0)
    return range(min(newest.size, tail.size - 1), tail.size)


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


def _content(tail: Tail) -> bytes:
    numbers = (tail.size, tail.received_at, tail.wall, tail.shard, tail.first, tail.until)
    return f"{' '.join(map(str, numbers))} {tail.month}\n".encode() + tail.frontier.pack()
