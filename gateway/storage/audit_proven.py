"""Entries as the log proves them. Whoever writes to the database can write any row, and put it back afterwards: what
steers the product, or is vouched for by it, is believed of no column and of no bytes that are not under a checkpoint.

What no checkpoint seals yet, a second as delivered, is believed as it stands (`end_marks`).
"""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, func, select

from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.checkpointer import Sealed
from gateway.audit.log_keys import Known
from gateway.audit.note import NoteRefused, Verifier
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_proofs import NotInLog, ProofRefused, prove
from gateway.storage.audit_sealing import sealing
from gateway.storage.audit_shards import is_server
from gateway.storage.tables.audit import audit_entry

_e = audit_entry.c
KnownKeys = Callable[[Connection], Known]


class Proving:
    """In one transaction, with the log's keys."""

    def __init__(self, connection: Connection, known: KnownKeys) -> None:
        self._connection = connection
        self._keys: Sequence[Verifier] = known(connection).keys
        self._notes: dict[str, Checkpoint | None] = {}

    def proven(self, sequence: int) -> Recorded | None:
        """None where there is no such entry, or its bytes are not what was sealed."""
        sealed = sealing(self._connection, sequence)
        if sealed is None or sealed.size <= sequence:
            return self._unsealed(sequence)
        checkpoint = self._checkpoint(sealed)
        if checkpoint is None:
            return None
        try:
            return parse(prove(self._connection, sequence, checkpoint).canonical)
        except (NotInLog, ProofRefused, NotCanonical):
            return None

    def all_proven(self, sequences: Iterable[int]) -> list[Recorded]:
        """In their order, without those that are not proven."""
        found = (self.proven(one) for one in sorted(set(sequences)))
        return [one for one in found if one is not None]

    def _checkpoint(self, sealed: Sealed) -> Checkpoint | None:
        if sealed.note not in self._notes:
            try:
                self._notes[sealed.note] = unseal(sealed.note, self._keys)
            except NoteRefused:
                self._notes[sealed.note] = None
        return self._notes[sealed.note]

    def _unsealed(self, sequence: int) -> Recorded | None:
        row = self._connection.execute(select(_e.canonical, _e.leaf).where(_e.sequence == sequence)).first()
        if row is None or not isinstance(row.canonical, bytes) or leaf_hash(row.canonical) != row.leaf:
            return None
        try:
            found = parse(row.canonical)
        except NotCanonical:
            return None
        return found if found.sequence == sequence else None


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
