"""What an author writes is read in threads that are there for it: never in the event loop, which serves everybody, and
in no transaction, whatever is saved, looked at and submitted. It is seen, and not timed.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import policies
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
ROOM = str(Path(policies.__file__).parent)
CASES = FILE.replace(".cedar", ".cases.toml")
OF_READERS = "asyncio_"
"""How threads begin that `asyncio.to_thread` lends."""
ONE_LOOK = {
    "bound.py:too_much", "hidden.py:hidden", "kept_by_text.py:kept_or_worked_out", "rule_titles.py:with_title",
}  # fmt: skip
"""Allowed anywhere: each takes as long as a text is long, which has bounds. What the last works out is seen as well."""
MARK = "an-author-wrote-this"
POLICY = f"""
@id("{MARK}") @title_cs("a") @title_en("b")
permit (principal, action, resource in Municipality::"{HULIN}") when {{ context has device }};
"""
CASE = f"""
[[case]]
name = "{MARK}"
roles = ["clerk"]
application = "map"
action = "read"
"""
MISSPELT = POLICY.replace("has device", "has devicce")


class Watch:
    """Which functions of the room `policies` are given the author's words, and in which threads."""

    def __init__(self) -> None:
        self.calls: set[tuple[str, str]] = set()

    def profile(self, frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOM):
            given = [frame.f_locals.get(name) for name in code.co_varnames[: code.co_argcount]]
            if any(isinstance(one, str) and MARK in one for one in given):
                what = f"{Path(code.co_filename).name}:{code.co_name}"
                self.calls.add((threading.current_thread().name, what))

    def elsewhere(self) -> set[tuple[str, str]]:
        return {one for one in self.calls if not one[0].startswith(OF_READERS) and one[1] not in ONE_LOOK}

    def readers(self) -> set[str]:
        return {what for thread, what in self.calls if thread.startswith(OF_READERS)}


@contextmanager
def watching() -> Iterator[Watch]:
    """Also the threads that begin within it."""
    watch = Watch()
    threading.setprofile(watch.profile)
    sys.setprofile(watch.profile)
    try:
        yield watch
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]


async def looked_at(visitor: Visitor, page: str) -> None:
    for path in ("", f"/text?file={FILE}", "/edit", "/impact"):
        await visitor.get(f"{page}{path}")


async def test_what_an_author_writes_is_read_in_threads_of_readers_alone(tmp_path: Path) -> None:
    with watching() as watch:
        async with policy_visitor(tmp_path) as visitor:
            page = await visitor.begun()
            in_force = visitor.world.in_force().texts[FILE]
            for text, answer in ((MISSPELT, (409, "checks_failed")), (POLICY, (303, ""))):
                await visitor.step(page, "text", file=FILE, text=in_force + text)
                await visitor.step(page, "text", file=CASES, text=CASE)
                await looked_at(visitor, page)
                revision = str((await visitor.one(page)).revision)
                assert await visitor.refused(f"{page}/submit", revision=revision, note="Proč.") == answer
            assert watch.elsewhere() == set()
            assert {"statements.py:split", "examine.py:examine", "vain.py:asked_in_vain"} <= watch.readers()
