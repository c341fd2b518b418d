"""The copy of a database file that is taken before its migration: whole under its name, or not there.

It is looked at first whether there is room for it. A copy that is broken off stays under another name at most, and the
next start begins it anew; a copy that was there before stays until the new one is whole.
"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from config import durable
from gateway.storage.unusable import DatabaseUnusable

Told = Callable[[int, int], object]
"""Bytes that are copied, of how many."""
AT_ONCE = 4_096  # pages, mostly of 4 KiB: some milliseconds, between which a signal is heard
ROOM_LEFT = 64 * 2**20  # bytes that must stay free beside the copy: the migration writes, too


def copy(path: Path, kept: Path, told: Told = lambda _done, _total: None) -> None:
    """With what stands in the write-ahead log. Raises DatabaseUnusable: no room, or the original is damaged."""
    draft = kept.with_name(f"{kept.name}.part")
    _remove(draft)
    with closing(sqlite3.connect(path)) as source:
        size = _number(source, "page_size")
        total = size * _number(source, "page_count")
        _require_room(path, kept, total)
        told(0, total)
        if (said := source.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise DatabaseUnusable(path, f"the file is damaged ({said}); restore it from a backup")
        draft.touch(mode=0o600)
        try:
            with closing(sqlite3.connect(draft)) as target:
                source.backup(
                    target,
                    pages=AT_ONCE,
                    progress=lambda _status, left, pages: told(size * (pages - left), size * pages),
                    sleep=0,
                )
        except BaseException:
            _remove(draft)
            raise
    draft.replace(kept)
    durable.sync(kept.parent)  # the migration comes next


def _require_room(path: Path, kept: Path, wanted: int) -> None:
    """The copy of before stays until the new one is there."""
    free = shutil.disk_usage(kept.parent).free
    if free < wanted + ROOM_LEFT:
        raise DatabaseUnusable(
            path,
            f"it is copied to {kept.name} before it is brought to this version, which takes {_mib(wanted + ROOM_LEFT)} "
            f"MiB, and {_mib(free)} MiB are free on its disk; free space, for example move older copies "
            f"({path.name}.schema-*) to another disk. Nothing was changed",
        )


def _number(source: sqlite3.Connection, pragma: str) -> int:
    return int(source.execute(f"PRAGMA {pragma}").fetchone()[0])


def _mib(size: int) -> int:
    return -(-size // 2**20)


def _remove(draft: Path) -> None:
    for ending in ("", "-journal"):
        draft.with_name(f"{draft.name}{ending}").unlink(missing_ok=True)
