"""Entries as the log proves them. Whoever writes to the database can write any row, and put it back afterwards: what
steers the product, or is vouched for by it, is believed of no column and of no bytes that are not under a checkpoint.

What no checkpoint seals yet, a second as delivered, is proven under the end of the log, which bears a mark
(`end_marks`). A row behind that end is none of the log.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, func, select

from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.checkpoint import of_tree, unseal
from gateway.audit.checkpointer import Sealed
from gateway.audit.entry import Code
from gateway.audit.log_keys import Known
from gateway.audit.note import NoteRefused, Verifier
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_owed import names
from gateway.storage.audit_proofs import ProofRefused
from gateway.storage.audit_sealing import Sealings
from gateway.storage.audit_shards import closed_shards, is_server
from gateway.storage.audit_since import size_of
from gateway.storage.audit_subtrees import Subtrees, path_of
from gateway.storage.audit_tail import LogInconsistent, read_tail
from gateway.storage.end_marks import added_by_hand
from gateway.storage.tables.audit import audit_entry

AT_ONCE = 200  # entries read together
LOOKED_AT = 50  # entries of a kind, of which the newest that is proven is asked for
_e = audit_entry.c
KnownKeys = Callable[[Connection], Known]


class Proving:
    """In one transaction, with the log's keys. What many entries have in common is read once."""

    def __init__(self, connection: Connection, known: KnownKeys) -> None:
        self._connection = connection
        self._keys: Sequence[Verifier] = known(connection).keys
        self._sealings = Sealings(connection)
        self._trees: dict[str, Subtrees | None] = {}
        self._unsealed: list[_Unsealed] | None = None  # None: not asked for yet

    def proven(self, sequence: int) -> Recorded | None:
        """None where there is no such entry, or its bytes are not what was sealed."""
        return next(iter(self.all_proven([sequence])), None)

    def all_proven(self, sequences: Iterable[int]) -> list[Recorded]:
        """In their order, without those that are not proven."""
        found: list[Recorded] = []
        for numbers in _batches(sorted(set(sequences))):
            query = select(_e.sequence, _e.canonical, _e.leaf).where(_e.sequence.in_(numbers))
            rows = self._connection.execute(query.order_by(_e.sequence)).all()
            found += [one for row in rows if (one := self._of(row)) is not None]
        return found

    def _of(self, row: Row[*tuple[Any, ...]]) -> Recorded | None:
        if not isinstance(row.canonical, bytes) or leaf_hash(row.canonical) != row.leaf:
            return None
        tree = self._tree_of(row.sequence)
        if tree is None or not tree.sealed.first <= row.sequence < tree.sealed.reach:
            return None
        try:
            path_of(self._connection, tree, row.sequence, row.canonical, row.leaf)
            found = parse(row.canonical)
        except (ProofRefused, NotCanonical):
            return None
        return found if found.sequence == row.sequence else None

    def _tree_of(self, sequence: int) -> Subtrees | None:
        sealed = self._sealings.of(sequence)
        if sealed is not None and sealed.size > sequence:
            return self._tree(sealed)
        if self._unsealed is None:
            self._unsealed = list(_unsealed(self._connection))
        return next((one.tree for one in self._unsealed if sequence in one.numbers), None)

    def _tree(self, sealed: Sealed) -> Subtrees | None:
        """None where the log's keys have not signed it."""
        if sealed.note not in self._trees:
            try:
                self._trees[sealed.note] = Subtrees(unseal(sealed.note, self._keys))
            except NoteRefused:
                self._trees[sealed.note] = None
        return self._trees[sealed.note]


@dataclass(frozen=True, slots=True)
class _Unsealed:
    """`numbers`: of entries that are proven under the tree."""

    numbers: range
    tree: Subtrees


def _unsealed(connection: Connection) -> Iterator[_Unsealed]:
    """The open month as the end of the log has it, but for what somebody may have put there; and the one before, which
    waits for its last checkpoint for a moment, as the open one names it.
    """
    try:
        tail = read_tail(connection)
    except LogInconsistent:
        return
    if tail is None:
        return
    doubtful = added_by_hand(connection, tail)
    open_one = of_tree(tail.first, tail.frontier.size, tail.frontier.root())
    yield _Unsealed(range(tail.first, doubtful.start if doubtful else tail.size), Subtrees(open_one))
    before = next((one for one in closed_shards(connection) if one.end == tail.first), None)
    if before is not None and not doubtful and names(connection, open_one, before):
        numbers = range(before.first, before.end)
        yield _Unsealed(numbers, Subtrees(of_tree(before.first, before.size, before.root)))


def newest_told(connection: Connection, code: Code, known: KnownKeys) -> Recorded | None:
    """The newest entry of a seldom kind that the log proves, of those that its column names; None: there is none."""
    of_kind = (_e.code == code.value) & (_e.sequence < size_of(connection))
    numbers = select(_e.sequence).where(of_kind).order_by(_e.sequence.desc()).limit(LOOKED_AT)
    found = Proving(connection, known).all_proven(connection.scalars(numbers).all())
    return next((one for one in reversed(found) if one.entry.code is code), None)


def with_words(connection: Connection, words: bytes, first: int, behind: int) -> dict[int, bytes]:
    """Entries from number `first` on and below `behind` in whose bytes these stand, whatever the columns say."""
    # as SQLite and PostgreSQL name it; the latter's function behind `position(… in …)`
    at = (
        func.pg_catalog.position(_e.canonical, words)
        if is_server(connection)
        else func.instr(_e.canonical, words)
    )
    query = select(_e.sequence, _e.canonical).where(_e.sequence >= first, _e.sequence < behind, at > 0)
    return {row.sequence: row.canonical for row in connection.execute(query)}


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    left = iter(numbers)
    while some := list(islice(left, AT_ONCE)):
        yield some
