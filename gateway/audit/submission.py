"""What a log sends to a witness (C2SP tlog-witness, `add-checkpoint`): the size it spoke of last, what proves that the
log only grew since, and the newest checkpoint.

`parse` is the inverse of `text`, and the only reading there is.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.audit.checkpoint import LARGEST_SIZE
from gateway.audit.note import LARGEST, NoteRefused, unbase64
from gateway.audit.tree import HASH

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
MOST_HASHES = 63
MOST_BYTES = 16 * 1024
"""Of a whole submission: 63 hashes take 2,835, a note of ours some 300."""


class SubmissionUnreadable(Exception):
    """A text is not a submission."""


@dataclass(frozen=True, slots=True)
class Submission:
    old_size: int
    proof: Sequence[bytes]
    note: str

    def text(self) -> str:
        hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"old {self.old_size}\n{hashes}\n{self.note}"

    @staticmethod
    def parse(text: str) -> "Submission":
        """Raises SubmissionUnreadable."""
        above, gap, note = text.partition("\n\n")
        first, *hashes = above.split("\n")
        if not gap or not note or len(note) > LARGEST:
            raise SubmissionUnreadable("there is no empty line with a checkpoint below it")
        if len(hashes) > MOST_HASHES:
            raise SubmissionUnreadable(f"a proof has {MOST_HASHES} hashes at most")
        submission = Submission(_old(first), tuple(_hash(one) for one in hashes), note)
        if submission.text() != text:
            raise SubmissionUnreadable("it is not in its canonical form")
        return submission


def size_in(text: str) -> int | None:
    """The size that a witness answers with 409; None where it says none."""
    digits = text.removesuffix("\n")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 19 or int(digits) > LARGEST_SIZE:
        return None
    return int(digits)


def _old(line: str) -> int:
    size = size_in(line.removeprefix("old "))
    if size is None or line != f"old {size}":
        raise SubmissionUnreadable("the first line is not `old` and a size")
    return size


def _hash(line: str) -> bytes:
    try:
        data = unbase64(line, "a hash")
    except NoteRefused as error:
        raise SubmissionUnreadable("a line of the proof is not base64") from error
    if len(data) != HASH:
        raise SubmissionUnreadable("a line of the proof is not a hash")
    return data
