"""Checkpoints (C2SP tlog-checkpoint): origin, size and root of a tree of the log as the text of a signed note.

The tree that a log begins with has the log's own name; that of a month, `<name>/2026-12`, says in one line more which
entry of the log is its first. One key signs for all of them.
"""

import base64
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.audit import note
from gateway.audit.checkpoint_words import DROPS_SIGNED
from gateway.audit.log_keys import KeyNotInForce, LogKey
from gateway.audit.note import NoteRefused, Signer, UnknownKey, Verifier
from gateway.audit.tree import HASH

LARGEST_SIZE = 2**63 - 1
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
FIRST = re.compile(r"first ([1-9][0-9]{0,17})")
"""Extension line of a month's checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a tree of the log was when it had `size` entries."""

    origin: str
    """Name of the log, and of the key that signs for it."""
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()
    """Further lines: that of a month; others' are kept as they are."""

    @property
    def first(self) -> int:
        """Number of the tree's first entry."""
        found = FIRST.fullmatch(self.extensions[0]) if self.extensions else None
        return int(found[1]) if found else 0

    @property
    def drops_signed(self) -> bool:
        return DROPS_SIGNED in self.extensions

    @property
    def reach(self) -> int:
        """Entries of the whole log that were written when it was made."""
        return self.first + self.size

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


def seal(
    size: int,
    root: bytes,
    signers: Signer | Sequence[Signer],
    month: str = "",
    first: int = 0,
    *,
    drops_signed: bool = False,
) -> str:
    """The signed note of a checkpoint of the log that `signers` sign for; `month`, `first`: of a later tree of it."""
    more = (DROPS_SIGNED,) if drops_signed else ()
    all_of_them = (signers,) if isinstance(signers, Signer) else signers
    name = all_of_them[0].name
    if not month:
        return note.sign(Checkpoint(name, size, root, more).text(), *all_of_them)
    own = [replace(one, name=f"{one.name}/{month}") for one in all_of_them]
    return note.sign(Checkpoint(own[0].name, size, root, (f"first {first}", *more)).text(), *own)


def of_tree(first: int, size: int, root: bytes) -> Checkpoint:
    """What a tree is, without anybody's word for it. `first`: number of its first entry."""
    return Checkpoint("", size, root, (f"first {first}",) if first else ())


def log_of(origin: str) -> str:
    """Name of the log that a tree is of."""
    log, _, month = origin.rpartition("/")
    return log if MONTH.fullmatch(month) else origin


def unseal(signed: str, known: Iterable[Verifier]) -> Checkpoint:
    """The checkpoint in a signed note, when a known key of its very log signed it; of keys that follow each other, all
    that sign at its size. Raises NoteRefused.
    """
    origin, _, _ = signed.partition("\n")
    log = log_of(origin)
    keys = [key for key in known if key.name in (origin, log)]
    whole = [key for key in keys if key.name == origin]
    if not whole and log != origin:
        whole = [replace(key, name=origin) for key in keys]
    text, signed_by = note.opened_by(signed, whole)
    if not signed_by:
        raise UnknownKey("it carries no signature of a known key")
    checkpoint = Checkpoint.parse(text)
    if log != origin and origin not in {key.name for key in keys} and not checkpoint.first:
        raise NoteRefused("a month's checkpoint does not say which entry is its first")
    _require_in_force(checkpoint, whole, signed_by)
    return checkpoint


def _require_in_force(
    checkpoint: Checkpoint, keys: Sequence[Verifier], signed_by: Collection[Verifier]
) -> None:
    missing = [
        one
        for one in keys
        if isinstance(one, LogKey) and one.signs(checkpoint.reach) and one not in signed_by
    ]
    if not missing:
        return
    for one in signed_by:
        if isinstance(one, LogKey) and not one.signs(checkpoint.reach):
            raise KeyNotInForce(one, checkpoint.reach)
    raise NoteRefused(f"the key {missing[0].key_id.hex()}, which has to sign it, has not")
