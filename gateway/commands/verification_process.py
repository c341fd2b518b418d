"""Recomputes the log for the officers' page, in a process of its own; see `gateway.audit.recomputation`.

It only reads. It steps back behind whoever decides, and ends with the process that started it.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.audit.note import Verifier
from gateway.audit.own_process import Failure, Progress, encode
from gateway.audit.recomputation import Said, Verdict
from gateway.beginning import die_with
from gateway.storage.audit_evidence import verify_log
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.place import Place, place_from, place_text

NICENESS = 15  # of 19


def command(database: Place, checkpoints: Path, keys: Sequence[Verifier], parent: int) -> list[str]:
    """What starts this module; `parent` is the process that will wait for it."""
    module = "gateway.commands.verification_process"
    return [
        sys.executable,
        "-m",
        module,
        str(parent),
        place_text(database),
        str(checkpoints),
        *map(str, keys),
    ]


def main(parent: str, database: str, checkpoints: str, *keys: str) -> int:
    die_with(int(parent))()
    os.nice(NICENESS)
    try:
        opened = Database(place_from(database))
        try:
            report = verify_log(
                opened,
                Path(checkpoints),
                [Verifier.parse(key) for key in keys],
                told=lambda done, total: _say(Progress(done, total)),
            )
        finally:
            opened.close()
    except (DatabaseUnusable, OSError) as error:
        _say(Failure(str(error)))
        return 1
    _say(Verdict(report))
    return 0


def _say(said: Said) -> None:
    sys.stdout.buffer.write(encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
