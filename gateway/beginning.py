"""What holds for a process of ours from its beginning on. Standard library only: the supervisor uses it."""

import ctypes
import os
import resource
import signal
from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with(parent: int) -> Callable[[], None]:
    """For the child between fork and exec: end with the supervisor, even one that was killed."""
    libc = ctypes.CDLL(None, use_errno=True)

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_kernel


def leave_nothing_behind() -> None:
    """For this process and all that it starts: files are the owner's alone, and memory with keys is never dumped.

    One byte is too little for a dump, and where dumps go to a program it says that there shall be none; 0 would not
    (core(5), "Piping core dumps to a program").
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
