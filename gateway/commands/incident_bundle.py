"""An incident's bundle out of the database: entries with their proofs, the checkpoint, the verifier."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select

from config.vocabulary import Language
from gateway.audit.canonical import Recorded
from gateway.audit.checkpoint import unseal
from gateway.audit.checkpointer import Sealed as Stored
from gateway.audit.for_auditors import brana_verify
from gateway.audit.note import NoteRefused, Signer, Verifier
from gateway.audit.proof_text import proof_text
from gateway.audit.reasons import Reasons
from gateway.audit.titles import sentence
from gateway.commands.decisions import list_titles_of
from gateway.commands.state import State
from gateway.incidents.bundle import Bundle, Handed, Wanted, bundle
from gateway.incidents.bundle_signed import Signing
from gateway.incidents.by import By
from gateway.incidents.called import Called
from gateway.incidents.items import EntryEvidence, evidence_numbers
from gateway.incidents.office import IncidentOffice
from gateway.storage.audit import read_tail
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_export import Sealed
from gateway.storage.audit_proofs import NotInLog, ProofRefused, bytes_of, prove
from gateway.storage.audit_sealing import dropped, sealing
from gateway.storage.audit_search import entry
from gateway.storage.log_keys import known
from gateway.storage.tables.audit import audit_entry

DROPPED = "it was deleted after its time, with its month of the log"
NOT_SEALED = "it is not sealed yet, or it is missing"


async def handed_out(
    state: State,
    office: IncidentOffice,
    number: int,
    purpose: str,
    by: By,
    language: Language,
    reasons: Reasons,
    now: datetime,
) -> Bundle:
    """Recorded before it is made. Raises ActRefused."""
    shown = await office.exporting(number, purpose, by, now)
    domain = state.settings.public.domain
    numbers = evidence_numbers(shown.items)
    leaves = {one.body.sequence: one.body.leaf for one in shown.items if isinstance(one.body, EntryEvidence)}

    def read(connection: Connection) -> tuple[str, Sequence[Handed], Verifier, Signing]:
        key = Signer(domain, state.log_key(connection)).verifier
        ours = known(connection, [key])
        sealed = _sealed(newest(connection), ours.keys)
        found = [as_it_stands(connection, one, leaves[one], ours.keys, language, reasons) for one in numbers]
        tail = read_tail(connection)
        size = 0 if tail is None else tail.size
        signing = Signing(size, state.vouching(connection, size), ours.notes)
        return "" if sealed is None else sealed.note, found, key, signing

    note, entries, key, signing = await state.database.read(read)
    return bundle(
        Wanted(
            shown=shown,
            suspensions=await state.suspensions.of_incident(number),
            entries=entries,
            checkpoint=note,
            key=str(key),
            verifier=Path(brana_verify.__file__).read_bytes(),
            language=language,
            by=by.login,
            purpose=purpose,
            at=now,
            key_notes="".join(signing.changes),
            called=called_in(state),
            signing=signing,
        )
    )


def called_in(state: State) -> Called:
    """What municipalities and applications are called, in what was written of an incident."""
    return Called(
        municipalities={code: one.name for code, one in state.district.items()},
        applications=list_titles_of(state.settings),
    )


def _sealed(found: Stored | None, keys: Sequence[Verifier]) -> Sealed | None:
    if found is not None:
        with suppress(NoteRefused):
            return Sealed(unseal(found.note, keys), found.note)
    return None


def as_it_stands(
    connection: Connection,
    sequence: int,
    leaf: str,
    keys: Sequence[Verifier],
    language: Language,
    reasons: Reasons,
) -> Handed:
    """As it stands now; what it was when it became evidence is held against it."""
    sealed = _sealed(sealing(connection, sequence), keys)
    row = connection.execute(
        select(audit_entry.c.canonical, audit_entry.c.leaf).where(audit_entry.c.sequence == sequence)
    ).first()
    content = b"" if row is None else bytes_of(row.canonical)
    stored = entry(connection, sequence)
    recorded = stored.found if stored is not None else None
    said = sentence(recorded.entry, language, reasons) if isinstance(recorded, Recorded) else ""
    if row is None or sealed is None:
        gone = row is None and dropped(connection, sequence)
        return Handed(sequence, content, said, "", DROPPED if gone else NOT_SEALED)
    if bytes_of(row.leaf).hex() != leaf:
        return Handed(sequence, content, "", "", "its hash is another than when it became evidence")
    try:
        proof = prove(connection, sequence, sealed.checkpoint)
    except NotInLog:
        return Handed(sequence, content, said, "", NOT_SEALED)
    except ProofRefused as refused:
        return Handed(sequence, content, "", "", refused.why)
    if not isinstance(recorded, Recorded):
        return Handed(sequence, content, "", "", "its columns do not say what its bytes say")
    text = proof_text(proof.canonical, sequence - sealed.checkpoint.first, proof.path, sealed.note)
    return Handed(sequence, proof.canonical, said, text)
