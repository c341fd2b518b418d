"""Ingests that kill themselves at a line of their own code, each a copy of a process that has imported the product.

`python -m tests.gateway.audit.killing FOLDER PLACE`: for each line of JSON that it reads (a story, where to die) a copy
takes over what the one before left, begins the story, and dies there. One that reaches its end tells all points.
"""

import asyncio
import inspect
import json
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from gateway.audit import ingest, spool
from gateway.audit.ingest import Ingest
from gateway.storage.activity import Activity
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.place import place_from
from tests.gateway.audit.making import Log, open_log
from tests.gateway.audit.test_ingest import Spool
from tests.rig.session_store import ACTIVITY

Point = tuple[str, str, int]
"""Step of the plan, function, and line in it; line 0: within the transaction, before it is durable."""
LOOKING = frozenset({"__init__", "run", "catch_up", "step", "_files"})
"""Functions of the ingest that change nothing by themselves."""
COMPARES = ("match ", "case ", "try:", "assert_never(")
"""How lines begin that do nothing, or, the last, are never reached."""
WITHIN = "within"
BATCH = 2
JOURNAL = "written"
"""Numbers of the lines that were written, in order."""


def codes() -> dict[CodeType, str]:
    """Functions of the ingest that do something."""
    found = {name: one for name, one in inspect.getmembers(Ingest, inspect.isfunction) if name not in LOOKING}
    return {one.__code__: name for name, one in found.items() if one.__code__.co_filename == ingest.__file__}


def lines() -> set[tuple[str, int]]:
    """Every line that they have, but those."""
    text = Path(ingest.__file__).read_text("utf-8").split("\n")
    return {
        (name, line)
        for code, name in codes().items()
        for _, _, line in code.co_lines()
        if line is not None
        and line != code.co_firstlineno
        and not text[line - 1].strip().startswith(COMPARES)
    }


class Dying(Spool):
    """`dies_at`: nowhere when None. Envoy opens its new file as soon as it is told to, or is away."""

    def __init__(self, log: Log, dies_at: Point | None) -> None:
        super().__init__(log, rotate_above=1)
        self._dies_at, self._doing = dies_at, ""
        self.armed = False
        self.reached: list[Point] = []
        self._codes, self._lines = codes(), lines()
        self.ingest._store = SpoolPlaces(log.database, self.within)
        self.name = ""

    def add(self, *numbers: int) -> None:
        with (self.log.folder / JOURNAL).open("a") as journal:
            journal.write("".join(f"{one}\n" for one in numbers))
        self.write(self.name, *numbers)

    def arm(self) -> None:
        self.ingest._reminded = float("-inf")
        self.armed = True

    async def reopen(self) -> None:
        await super().reopen()
        if self.armed:
            self.add(int(self.name[7:-4]) + 8, int(self.name[7:-4]) + 9)

    def within(self) -> Activity:
        self.at((self._doing, WITHIN, 0))
        return ACTIVITY

    def at(self, point: Point) -> None:
        if self.armed:
            self.reached.append(point)
            if point == self._dies_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def trace(self, frame: FrameType, _event: str, _: Any) -> Callable[..., Any] | None:
        name = self._codes.get(frame.f_code)
        if name is None:
            return None
        if name == "_do":
            self._doing = type(frame.f_locals["step"]).__name__

        def line(inner: FrameType, event: str, _: Any) -> Callable[..., Any]:
            if event == "line" and (name, inner.f_lineno) in self._lines:
                self.at((self._doing, name, inner.f_lineno))
            return line

        return line


async def rotated(dying: Dying, first: int) -> None:
    """Of the file that is to be renamed a part is in the log already."""
    dying.add(first)
    dying.ingest._rotate_above = 10**9
    await dying.drain()
    dying.ingest._rotate_above = 1
    dying.add(first + 1, first + 2, first + 3)
    dying.arm()
    await dying.drain()


async def away(dying: Dying, first: int) -> None:
    dying.envoy_is_there = False
    await rotated(dying, first)


async def vanished(dying: Dying, first: int) -> None:
    dying.add(first)
    await dying.drain()
    for one in dying.folder.iterdir():
        one.unlink()
    dying.arm()
    await dying.drain()


async def shrunk(dying: Dying, first: int) -> None:
    dying.add(first, first + 1)
    await dying.drain()
    for one in dying.folder.iterdir():
        dying.name = one.name
        one.write_bytes(b"")
    dying.add(first + 2)
    dying.arm()
    await dying.drain()


async def exchanged(dying: Dying, first: int) -> None:
    dying.add(first, first + 1)
    await dying.drain()
    for one in dying.folder.iterdir():
        dying.name = one.name
        one.unlink()
    dying.add(first + 2, first + 3, first + 4)
    dying.arm()
    await dying.drain()


@dataclass(frozen=True)
class Story:
    begin: Callable[[Dying, int], Awaitable[None]]
    loses: str = ""
    """What is recorded of a loss, once."""
    steps: frozenset[type] = field(default_factory=frozenset)
    """What it is about: there it dies."""


STORIES = {
    "rotated": Story(
        rotated,
        steps=frozenset(
            {
                *(spool.Read, spool.Rotate, spool.Rename, spool.Finish),
                *(spool.Delete, spool.Forget, spool.Reopen),
            }
        ),
    ),
    "away": Story(away, steps=frozenset({spool.Rename})),
    "vanished": Story(vanished, "the file is gone", frozenset({spool.Vanished})),
    "shrunk": Story(shrunk, "the file was cut to", frozenset({spool.Shrunk})),
    "exchanged": Story(exchanged, "its place in the database was changed", frozenset({spool.Read})),
}


async def live(folder: Path, place: str, story: str, first: int, dies_at: Point | None) -> list[Point]:
    with open_log(folder, place=place_from(place) if place else None) as log:
        dying = Dying(log, dies_at)
        dying.name = f"access-{first:08}.log"
        threading.settrace(dying.trace)
        sys.settrace(dying.trace)
        await dying.drain()
        await STORIES[story].begin(dying, first)
        sys.settrace(None)
        return list(dict.fromkeys(dying.reached))


def main(folder: Path, place: str) -> None:
    ingest.BATCH = BATCH
    for said in sys.stdin:
        story, first, dies_at = json.loads(said)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                point = None if dies_at is None else tuple(dies_at)
                print(json.dumps(asyncio.run(live(folder, place, story, first, point))), flush=True)
                status = 0
            finally:
                os._exit(status)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
