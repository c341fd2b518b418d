"""A log whose key is followed by others, and whoever forges what they signed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, insert

from gateway.audit import checkpoint_file
from gateway.audit.checkpoint import Checkpoint, seal, unseal
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.note import Signer, Verifier
from gateway.audit.verify_report import Broken, Report
from gateway.grants.keys import Purpose
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_evidence import verify_log
from gateway.storage.log_keys import By, known, notes, private_keys, retire, rotate, signing
from gateway.storage.seal import Seal
from gateway.storage.tables.audit import audit_checkpoint
from gateway.storage.tables.keys import signing_key
from tests.gateway.audit.making import SIGNER, Log, entry

SEAL = Seal(bytes(range(32)))
ID = f"{Purpose.CHECKPOINT}-1"
Anew = list[tuple[Ed25519PrivateKey, Ed25519PrivateKey]]


@dataclass
class Rotating:
    """`anew`: what else had to be signed anew, by which key and in whose place."""

    log: Log
    anew: Anew = field(default_factory=list)

    def __post_init__(self) -> None:
        sealed = SEAL.close(SIGNER.private.private_bytes_raw(), f"signing_key/{ID}")
        row = {"id": ID, "purpose": Purpose.CHECKPOINT, "sealed": sealed, "created_at": 0}
        self.log.database.write_soon(lambda c: c.execute(insert(signing_key).values(row))).result()

    @property
    def checkpointer(self) -> Checkpointer:
        """As of a process that was started with the first key."""
        store = Checkpoints(self.log.database, lambda c, reach: signing(c, SEAL, SIGNER.name, reach))
        return Checkpointer(store, self.log.file, SIGNER, timedelta(seconds=1), self.log.troubles.append)

    async def grow(self, entries: int = 5) -> None:
        self.log.clock.advance(seconds=1)
        self.log.append([entry(number) for number in range(entries)])
        await self.checkpointer.seal()

    def rotate(self, *, compromised: bool = False) -> Verifier:
        def replaced(_: Connection, before: Ed25519PrivateKey, new: Ed25519PrivateKey) -> None:
            self.anew.append((before, new))

        append, by = self.log.ledger.append, self._by()
        work = lambda c: rotate(c, SEAL, append, by, replaced, compromised=compromised)  # noqa: E731
        return self.log.database.write_soon(work).result()

    def retire(self) -> Verifier:
        return self.log.database.write_soon(
            lambda c: retire(c, SEAL, self.log.ledger.append, self._by())
        ).result()

    def _by(self) -> By:
        return By(SIGNER.name, "cli:jana", self.log.clock())

    @property
    def held(self) -> list[Signer]:
        """Private keys that are kept, the newest last."""
        return [
            Signer(SIGNER.name, one) for one in self.log.database.read_now(lambda c: private_keys(c, SEAL))
        ]

    @property
    def keys(self) -> Sequence[Verifier]:
        return self.log.database.read_now(lambda c: known(c, [self.held[-1].verifier])).keys

    @property
    def told(self) -> list[str]:
        return self.log.database.read_now(notes)

    @property
    def sealed(self) -> list[str]:
        """Notes of the file."""
        return [one.note for one in checkpoint_file.read(self.log.file)]

    def check(self, *kept: Checkpoint) -> Report:
        return verify_log(self.log.database, self.log.file, [self.held[-1].verifier], kept)

    def broken(self) -> Broken:
        found = self.check().broken
        assert found is not None
        return found

    def forge(self, *signers: Signer) -> int:
        """The newest checkpoint, in both places, as those would have signed it; of how many entries it is."""
        newest = Checkpoint.parse(self.sealed[-1].partition("\n\n")[0] + "\n")
        note = seal(newest.size, newest.root, signers)
        self.log.file.write_text("".join([*self.sealed[:-1], note]))
        at_size = audit_checkpoint.c.size == newest.reach
        change = audit_checkpoint.update().where(at_size).values(note=note)
        self.log.database.write_soon(lambda c: c.execute(change)).result()
        return newest.reach

    def opened(self) -> list[Checkpoint]:
        return [unseal(note, self.keys) for note in self.sealed]
