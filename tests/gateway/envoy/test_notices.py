"""Notices of Envoy's starts and deaths reach the control plane once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.envoy.notices import Notice, follow, leave, waiting

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)


def notice(status: int = 0, seconds: int = 0) -> Notice:
    return Notice(what="died", at=AT + timedelta(seconds=seconds), spool="access-1.log", status=status)


def test_notices_are_read_in_order_as_they_were_written(tmp_path: Path) -> None:
    written = [notice(-9, 2), notice(1, 0), notice(0, 1)]
    for one in written:
        leave(tmp_path / "n", one)
    assert [read for _, read in waiting(tmp_path / "n")] == [written[1], written[2], written[0]]


def test_what_hung_is_told_with_its_name_and_how_long_it_was_silent(tmp_path: Path) -> None:
    hung = Notice(what="hung", at=AT, spool="", status=0, process=7, part="control plane", silent=30)
    leave(tmp_path, hung)
    assert [read for _, read in waiting(tmp_path)] == [hung]


def test_without_a_folder_nothing_waits(tmp_path: Path) -> None:
    assert waiting(tmp_path / "none") == []


@given(st.binary(max_size=200))
def test_a_file_that_is_no_notice_is_none(content: bytes) -> None:
    import tempfile  # noqa: PLC0415 - hypothesis and tmp_path do not go together

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "1.json").write_bytes(content)
        assert [read for _, read in waiting(Path(folder))] == [None]


async def test_a_notice_is_deleted_only_after_it_was_recorded(tmp_path: Path) -> None:
    leave(tmp_path, notice(1))
    (tmp_path / "0.json").write_text("{")
    recorded: list[Notice] = []

    async def fails(_: Notice) -> None:
        raise OSError("database is full")

    async def works(one: Notice) -> None:
        recorded.append(one)

    task = asyncio.create_task(follow(tmp_path, fails, timedelta(milliseconds=5)))
    await asyncio.wait([task], timeout=1)
    assert isinstance(task.exception(), OSError)
    task = asyncio.create_task(follow(tmp_path, works, timedelta(milliseconds=5)))
    await asyncio.sleep(0.05)
    task.cancel()
    assert recorded == [notice(1)]
    assert waiting(tmp_path) == []
