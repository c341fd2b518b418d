"""A place up to which the log was read for somebody carries a mark, so that nobody moves it by hand unnoticed.

The mark is keyed by the master key, which is not in the database. Where it does not fit, it is recorded, and whoever
reads goes on from a place that is believed: what comes twice is no loss.
"""

import hmac
from collections.abc import Iterable

from sqlalchemy import Connection, select

from gateway.audit.entry import Code
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_in_tree import in_tree
from gateway.storage.audit_proven import KnownKeys, Proving, with_words
from gateway.storage.ends_reached import End, end_at
from gateway.storage.seal import Seal
from gateway.storage.tables.audit import audit_entry

LOOKED_AT = 1_000  # entries that tell of places
OF_PLACES = (Code.RECEIVER_BEGUN, Code.LOG_PLACE_MOVED)
_e = audit_entry.c


def mark_of(connection: Connection, seal: Seal, of: str, following: int, beside: str = "") -> bytes:
    """Of the number, and of the last entry passed: the numbers of a log that was put back are given anew. `beside`:
    what is kept with the place.
    """
    return _of_number(seal, of, following) + _of_last(seal, of, end_at(connection, following), beside)


def moved_by_us(seal: Seal, of: str, following: object, mark: object) -> bool:
    """Whether the log had so many entries, and we moved it there; it may have been put back since."""
    if type(following) is not int or not isinstance(mark, bytes):
        return False
    number = _of_number(seal, of, following)
    return hmac.compare_digest(mark[: len(number)], number)


def fits(
    connection: Connection,
    seal: Seal,
    of: str,
    following: object,
    mark: object,
    beside: str = "",
    *,
    proven: bool = True,
) -> bool:
    """The same, and the log was not put back. `proven`: as its end has the last entry, whatever a column says."""
    if type(following) is not int or not isinstance(mark, bytes):
        return False
    end = end_at(connection, following)
    if end.leaf and proven and not _proven(connection, end):
        return False
    return hmac.compare_digest(mark, _of_number(seal, of, following) + _of_last(seal, of, end, beside))


def _of_number(seal: Seal, of: str, following: int) -> bytes:
    return seal.fingerprint(f"{of}\0{following}".encode(), "place in the log")


def _of_last(seal: Seal, of: str, end: End, beside: str) -> bytes:
    more = f"\0{beside}" if beside else ""  # the version before knows nothing beside
    return seal.fingerprint(
        f"{of}\0{end.size}\0{end.leaf.hex()}{more}".encode(), "place in the log, last entry"
    )


def _proven(connection: Connection, end: End) -> bool:
    data = connection.execute(select(_e.canonical).where(_e.sequence == end.size - 1)).scalar()
    right = isinstance(data, bytes) and leaf_hash(data) == end.leaf
    return right and in_tree(connection, [(end.size - 1, data)])


def last_told(connection: Connection, of: str, known: KnownKeys) -> int | None:
    """From which entry the log proves that it was last begun for that reader; None where it does not, or never was.

    By their column: who hides one there makes the place an older one, or `told_by_bytes` finds it.
    """
    codes = [one.value for one in OF_PLACES]
    numbers = select(_e.sequence).where(_e.code.in_(codes)).order_by(_e.sequence.desc()).limit(LOOKED_AT)
    return _last(connection, of, known, list(connection.scalars(numbers)))


def told_by_bytes(connection: Connection, of: str, known: KnownKeys, begin: int, behind: int) -> int | None:
    """The same of entries from number `begin` on and below `behind`, whatever their columns say."""
    numbers = {one for code in OF_PLACES for one in with_words(connection, _said(code), begin, behind)}
    return _last(connection, of, known, numbers)


def _said(code: Code) -> bytes:
    """As `canonical` writes it."""
    return f'"code":"{code.value}"'.encode()


def _last(connection: Connection, of: str, known: KnownKeys, numbers: Iterable[int]) -> int | None:
    for one in reversed(Proving(connection, known).all_proven(numbers)):
        first = one.entry.details.get("first")
        mine = of in (one.entry.details.get("receiver"), one.entry.details.get("of"))
        if mine and one.entry.code in OF_PLACES and type(first) is int:
            return first
    return None
