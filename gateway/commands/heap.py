"""How the memory of the control plane is kept: by Python, by the C library (where that is glibc) and by Linux."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

from config.mapped_code import give_back_code

M_ARENA_MAX = -8  # mallopt(3)
IMPORTING = (50_000, 10, 100_000)
"""Thresholds of `gc` while modules are imported: what they make lives, and looking through all of it again and again
takes a sixth of the start. What little they throw away, a hundred objects, stays."""
USUAL = gc.get_threshold()


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


def give_back_start() -> None:
    """What only a start needs."""
    give_back()
    give_back_code()
    settle()
