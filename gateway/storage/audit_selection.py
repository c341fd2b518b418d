"""Entries that are handed out by their numbers, and what proves each of them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from config.vocabulary import MunicipalityCode
from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.exporting import EntryGone, NotSealed, Vouching
from gateway.audit.log_keys import Known
from gateway.audit.note import NoteRefused, Signer
from gateway.audit.search import Found
from gateway.audit.selection_proofs import Proven, Sealing
from gateway.storage.audit_conditions import concerns
from gateway.storage.audit_export import Part, Sealed, Span, parts
from gateway.storage.audit_proofs import NotInLog, ProofRefused, bytes_of
from gateway.storage.audit_search import row_columns, row_found
from gateway.storage.audit_subtrees import Subtrees, path_of
from gateway.storage.audit_witnesses import to_hand_out
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry

T = TypeVar("T")
Signing = Callable[[Connection, int], Sequence[Signer]]
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class StoredSelection:
    """Implements `gateway.audit.exporting.Source`. `known`: the log's keys; `signing`: those that sign for so many
    entries and are kept here; both asked in the snapshot. `within`: nothing that does not concern it is there.
    """

    database: Database
    known: Callable[[Connection], Known]
    signing: Signing
    within: MunicipalityCode | None = None

    async def entries(self, numbers: Sequence[int]) -> Sequence[Found]:
        def query(connection: Connection) -> Sequence[Found]:
            chosen = select(*row_columns).where(_e.sequence.in_(numbers), *concerns(self.within))
            found = {row.sequence: row_found(row, self.within) for row in connection.execute(chosen)}
            return [_there(found, one) for one in numbers]

        return await self.database.read(query)

    async def prover(self, numbers: Sequence[int]) -> "StoredProver":
        trees, vouching = await self.database.read(lambda connection: self._sealed(connection, numbers))
        return StoredProver(self.database, trees, vouching)

    def _sealed(self, connection: Connection, numbers: Sequence[int]) -> tuple[Sequence[Part], Vouching]:
        """Raises NotSealed."""
        known = self.known(connection)
        if known.unfit:
            raise NotSealed
        trees = self._trees(connection, numbers, known)
        signers = self.signing(connection, trees[-1].sealed.checkpoint.reach) if trees else ()
        if not signers:
            raise NotSealed
        return trees, Vouching(signers, known.keys[-1], known.notes)

    def _trees(self, connection: Connection, numbers: Sequence[int], known: Known) -> Sequence[Part]:
        opened: Callable[[str], Checkpoint] = lambda note: unseal(note, known.keys)  # noqa: E731
        with suppress(NoteRefused, NotInLog):
            newest = to_hand_out(connection, numbers[-1])
            if newest is not None and newest.readable:
                sealed = Sealed(opened(newest.note), newest.note)
                return [
                    one
                    for one in parts(connection, Span(numbers[0], numbers[-1] + 1), sealed, opened)
                    if not one.dropped
                ]
        raise NotSealed


class StoredProver:
    """Implements `gateway.audit.exporting.Prover`."""

    def __init__(self, database: Database, trees: Sequence[Part], vouching: Vouching) -> None:
        self._database, self.vouching = database, vouching
        self._trees = [(one, Subtrees(one.sealed.checkpoint)) for one in trees]
        self.sealings = [
            Sealing(
                one.sealed.checkpoint.first,
                one.sealed.checkpoint.reach,
                one.sealed.note,
                one.sealed.checkpoint.reach,
            )
            for one in trees
        ]

    async def prove(self, numbers: Sequence[int]) -> Sequence[Proven]:
        return await self._database.read(lambda connection: self._proven(connection, numbers))

    def _proven(self, connection: Connection, numbers: Sequence[int]) -> Sequence[Proven]:
        tree = next(
            tree
            for (_, tree), one in zip(self._trees, self.sealings, strict=True)
            if one.begin <= numbers[0] < one.end
        )
        chosen = select(_e.sequence, _e.canonical, _e.leaf).where(_e.sequence.in_(numbers))
        rows = {
            row.sequence: (bytes_of(row.canonical), bytes_of(row.leaf)) for row in connection.execute(chosen)
        }
        found = []
        for number in numbers:
            canonical, leaf = _there(rows, number)
            try:
                found.append(
                    Proven(number, canonical, leaf, path_of(connection, tree, number, canonical, leaf))
                )
            except ProofRefused as refused:
                found.append(Proven(number, canonical, leaf, None, refused.why))
        return found


def _there(found: dict[int, T], number: int) -> T:
    if number not in found:
        raise EntryGone(number)
    return found[number]
