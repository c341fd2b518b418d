"""How the C library keeps the memory of the control plane; without effect where it is not glibc."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager

M_ARENA_MAX = -8  # mallopt(3)


def share_one() -> None:
    """Threads that allocate from heaps of their own leave holes in each: 5 KiB more at every sign-in."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """What was freed goes back to the system: 1 MiB after the start."""
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
