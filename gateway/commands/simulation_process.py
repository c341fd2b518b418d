"""Replays recorded decisions for a page, in a process of its own; see `gateway.commands.background_simulation`.

What is to be done comes by the standard input. It only reads. It steps back behind whoever decides, and ends with the
process that started it.
"""

import os
import sys

from gateway.audit.own_process import Failure, Progress, encode
from gateway.beginning import die_with
from gateway.commands.simulating import simulated
from gateway.commands.simulation_work import Result, Said, Unusable, work_given
from gateway.storage.database import DatabaseUnusable
from policies.load import PoliciesUnusable

NICENESS = 15  # of 19
ROWS = 100  # of people who would gain or lose: as many as somebody reads on a page


def main(parent: str) -> int:
    die_with(int(parent))()
    os.nice(NICENESS)
    work = work_given(sys.stdin.buffer.read())
    try:
        # one process: pages wait, but whoever decides on this machine must not
        found = simulated(work, lambda done, total: _say(Progress(done, total)), processes=1, most=ROWS)
    except PoliciesUnusable as refused:
        _say(Unusable(str(refused)))
        return 1
    except (DatabaseUnusable, OSError) as error:
        _say(Failure(str(error)))
        return 1
    _say(Result(found))
    return 0


def _say(said: Said) -> None:
    sys.stdout.buffer.write(encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
