"""How the memory of the control plane is kept: by Python, by the C library (where that is glibc) and by Linux."""

import ctypes
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

M_ARENA_MAX = -8  # mallopt(3)
IMPORTING = (50_000, 10, 100_000)
"""Thresholds of `gc` while modules are imported: what they make lives, and looking through all of it again and again
takes a sixth of the start. What little they throw away, a hundred objects, stays."""
USUAL = gc.get_threshold()
MADV_DONTNEED = 4  # madvise(2)
MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ (\d+)")  # a line of proc_pid_maps(5)
GIVEN_BACK = ("r-xp", "r--p")  # code, and what is read beside it: tables by which it was bound, texts
CHANGED = re.compile(r"^Anonymous: +(\d+) kB")  # of proc_pid_smaps(5)


def import_quickly() -> None:
    """Before the first import: what is young is still looked through, what is old is not."""
    gc.set_threshold(*IMPORTING)


def settle() -> None:
    """What is there lives to the end: no collection need look through it again. Collects as usual from here on."""
    gc.freeze()
    gc.set_threshold(*USUAL)


def share_one() -> None:
    """Threads that allocate from heaps of their own leave holes in each: 5 KiB more at every sign-in."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """What was freed goes back to the system: 1 MiB after the start, and what a rush of sign-ins leaves. A few ms."""
    gc.collect()
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


@contextmanager
def without_collections() -> Iterator[None]:
    """While much is made that stays: looking for what nobody needs among it would take half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def give_back_code() -> None:
    """Code of libraries that the start alone has run goes, such as that by which policies are reviewed: 12 MiB; and
    what is read beside it, most of it the tables by which a library was bound when it was loaded: 9 MiB.

    What runs again comes back by itself from the kernel's cache of the file, within microseconds. Some ms.
    """
    libc = ctypes.CDLL(None)
    try:
        told = Path("/proc/self/smaps").read_text("utf-8", "replace")
    except OSError:  # not Linux, or not to be read here
        return
    begin = end = 0
    for line in told.splitlines():
        if mapping := MAPPING.match(line):
            of_a_file = mapping[3] in GIVEN_BACK and mapping[4] != "0"
            begin, end = (int(mapping[1], 16), int(mapping[2], 16)) if of_a_file else (0, 0)
        elif end and (changed := CHANGED.match(line)) and changed[1] != "0":  # not as it stands in its file
            begin = end = 0
        elif end and line.startswith("Swap:") and line.split()[1] == "0":  # comes after `Anonymous:`
            libc.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), MADV_DONTNEED)


def give_back_start() -> None:
    """What only a start needs."""
    give_back()
    give_back_code()
    settle()
