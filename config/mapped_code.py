"""Memory that holds code which was run once (Linux)."""

import ctypes
import re
from pathlib import Path

MADV_DONTNEED = 4  # madvise(2)
MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)")  # a line of proc_pid_maps(5)
GIVEN_BACK = ("r-xp", "r--p")  # code, and what is read beside it: tables by which it was bound, texts
CHANGED = re.compile(r"^Anonymous: +(\d+) kB")  # of proc_pid_smaps(5)


def give_back_code() -> None:
    """Code of libraries that ran and will not for a while goes, and what is read beside it, most of it the tables by
    which a library was bound when it was loaded. After a start the control plane has 12 and 9 MiB of them, the agent
    17 MiB in all.

    What runs again comes back by itself from the kernel's cache of the file, within microseconds. Some ms.
    """
    try:
        told = Path("/proc/self/smaps").read_text("utf-8", "replace")
    except OSError:  # not Linux, or not to be read here
        return
    libc = ctypes.CDLL(None)
    begin = end = 0
    for line in told.splitlines():
        if mapping := MAPPING.match(line):
            of_a_file = mapping[3] in GIVEN_BACK and mapping[4] != "0"
            begin, end = (int(mapping[1], 16), int(mapping[2], 16)) if of_a_file else (0, 0)
        elif end and (changed := CHANGED.match(line)) and changed[1] != "0":  # not as it stands in its file
            begin = end = 0
        elif end and line.startswith("Swap:") and line.split()[1] == "0":  # comes after `Anonymous:`
            libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_DONTNEED)
