"""A log in memory that grows, and what it would submit."""

from dataclasses import dataclass, field

from gateway.audit.checkpoint import seal
from gateway.audit.note import Signer
from gateway.audit.proof import consistency
from gateway.audit.submission import Submission
from gateway.audit.tree import Frontier, leaf_hash
from tests.gateway.audit.making import SIGNER


@dataclass
class Growing:
    signer: Signer = SIGNER
    leaves: list[bytes] = field(default_factory=list)

    def grow(self, count: int, what: bytes = b"entry") -> "Growing":
        self.leaves += [leaf_hash(what + str(len(self.leaves) + one).encode()) for one in range(count)]
        return self

    def perfect(self, level: int, position: int) -> bytes:
        return Frontier().extend(self.leaves[position << level : (position + 1) << level]).root()

    def note(self, size: int | None = None) -> str:
        taken = self.leaves[:size]
        return seal(len(taken), Frontier().extend(taken).root(), self.signer)

    def submission(self, old: int, size: int | None = None) -> str:
        newer = len(self.leaves) if size is None else size
        proof = consistency(old, newer, self.perfect) if old <= newer else ()
        return Submission(old, tuple(proof), self.note(size)).text()
