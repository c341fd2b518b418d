"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of the log as the text of a signed note."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.audit import note
from gateway.audit.note import NoteRefused, Signer, Verifier
from gateway.audit.tree import HASH

LARGEST_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log was when it had `size` entries."""

    origin: str
    """Name of the log, and of the key that signs for it."""
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines; ours have none, others' are kept as they are."""

    def text(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @staticmethod
    def parse(text: str) -> "Checkpoint":
        """Inverse of `text`. Raises NoteRefused."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise NoteRefused("a checkpoint has at least three lines, none of them empty")
        origin, size, root, *extensions = lines[:-1]
        if not (size.isascii() and size.isdigit()) or len(size) > 19 or int(size) > LARGEST_SIZE:
            raise NoteRefused("the size of a checkpoint is not a number")
        try:
            hashed = base64.b64decode(root, validate=True)
        except ValueError as error:
            raise NoteRefused("the root of a checkpoint is not base64") from error
        checkpoint = Checkpoint(origin, int(size), hashed, tuple(extensions))
        if len(hashed) != HASH or checkpoint.text() != text:
            raise NoteRefused("a checkpoint is not in its canonical form")
        return checkpoint


def seal(size: int, root: bytes, signer: Signer) -> str:
    """The signed note of a checkpoint of the log that `signer` signs for."""
    return note.sign(Checkpoint(signer.name, size, root).text(), signer)


def unseal(signed: str, known: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint in a signed note, when a known key of its very origin signed it. Raises NoteRefused."""
    verifiers = tuple(known)
    origin, _, _ = signed.partition("\n")
    return Checkpoint.parse(note.open_note(signed, [key for key in verifiers if key.name == origin]))
