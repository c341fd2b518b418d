"""Whether a submitted checkpoint is cosigned (C2SP tlog-witness). Pure.

Laws: nothing is cosigned that does not begin with all that was cosigned before of the same origin; nothing of an origin
that no trusted key vouches for; and whoever is refused with 409 hears the size from which to go on.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.for_auditors.brana_verify import consistent
from gateway.audit.note import NoteRefused, Verifier
from gateway.audit.submission import Submission, SubmissionUnreadable
from gateway.audit.tree import EMPTY_ROOT

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")
UNREADABLE, FORBIDDEN, UNKNOWN, CONFLICT, WRONG_PROOF = 400, 403, 404, 409, 422


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of an origin that was cosigned."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Cosignable:
    checkpoint: Checkpoint
    note: str
    """As it was submitted, with all its signatures."""


@dataclass(frozen=True, slots=True)
class Refused:
    status: int
    why: str
    size: int | None = None
    """With 409: of the tree that was cosigned last."""
    doubtful: bool = False
    """The log's own key signed what does not fit with what it signed before: whoever runs the witness hears of it."""


def vouching(origin: str, trusted: Collection[Verifier]) -> list[Verifier]:
    """The trusted keys under the name of `origin`: a log's key `name` signs for `name` and for `name/YYYY-MM`, of which
    each is a tree of its own.
    """
    return [Verifier(origin, key.public) for key in trusted if _speaks_for(key.name, origin)]


def _speaks_for(name: str, origin: str) -> bool:
    above, _, month = origin.rpartition("/")
    return origin == name or (above == name and MONTH.match(month) is not None)


def read(text: str, trusted: Collection[Verifier]) -> tuple[Submission, Checkpoint] | Refused:
    """What is submitted, once its origin is known and its signature right."""
    try:
        submission = Submission.parse(text)
    except SubmissionUnreadable as error:
        return Refused(UNREADABLE, str(error))
    origin = submission.note.partition("\n")[0]
    keys = vouching(origin, trusted)
    if not keys:
        return Refused(UNKNOWN, "this witness knows no log of this origin")
    try:
        return submission, unseal(submission.note, keys)
    except NoteRefused as error:
        return Refused(FORBIDDEN, error.why)


def judge(submission: Submission, checkpoint: Checkpoint, seen: Seen) -> Cosignable | Refused:
    """`seen`: what was cosigned last of this origin; nothing else may be cosigned of it until the answer is kept."""
    if submission.old_size > checkpoint.size:
        return Refused(UNREADABLE, "the old size is larger than the checkpoint's")
    if submission.old_size != seen.size:
        return Refused(CONFLICT, "another size was cosigned last", seen.size)
    if checkpoint.size == seen.size and checkpoint.root != seen.root:
        return Refused(CONFLICT, "another root was cosigned at this size", seen.size, doubtful=True)
    if not consistent(seen.size, seen.root, checkpoint.size, checkpoint.root, [*submission.proof]):
        return Refused(WRONG_PROOF, "the proof does not lead from what was cosigned last", doubtful=True)
    return Cosignable(checkpoint, submission.note)
