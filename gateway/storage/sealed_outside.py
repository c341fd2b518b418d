"""What `checkpoints.log` says of the log: whoever writes to the database does not write there.

Nothing of it is verified here: it is asked where the database is in doubt.
"""

from pathlib import Path

from gateway.audit import checkpoint_file
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.note import LARGEST, NoteRefused


def sealed_outside(file: Path) -> tuple[int | None, bool]:
    """How many entries its newest note seals (None: it has none, or cannot be read), and whether whoever made one of
    its last notes signs each deletion, and marks the end of the log.
    """
    reach, drops_signed = None, False
    try:
        for written in checkpoint_file.read(file, max(0, checkpoint_file.size_of(file) - LARGEST)):
            text, gap, _ = written.note.rpartition("\n\n")
            try:
                said = Checkpoint.parse(f"{text}\n" if gap else "")
            except NoteRefused:  # the read began within it, or a crash left it half written
                continue
            reach, drops_signed = said.reach, drops_signed or said.drops_signed
    except OSError:
        return None, False
    return reach, drops_signed
