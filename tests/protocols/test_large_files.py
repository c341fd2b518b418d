"""Files of a gibibyte and more, up and down: they pass, and nothing of ours grows by them."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tests.rig.centre import Centre

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
SIZE = 2**30 + 1
GROWN = 32 * 2**20  # bytes that all of ours may take more meanwhile
LOOK = 0.05  # seconds


def resident(there: Centre) -> int:
    product = there.product
    ours = (product.envoy(), product.control_plane(), product.watch_of_streams())
    return sum(psutil.Process(one.pid).memory_info().rss for one in ours)


@contextlib.asynccontextmanager
async def nothing_grows(there: Centre) -> AsyncIterator[None]:
    before, most = resident(there), 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, resident(there))
            await asyncio.sleep(LOOK)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()
    assert most > 0, "it was over before anybody looked"
    assert most - before < GROWN, f"{(most - before) / 2**20:.0f} MiB more than before"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """It takes no room: a file with a hole (lseek(2))."""
    made = tmp_path / "large"
    with made.open("wb") as file:
        os.truncate(file.fileno(), SIZE)
    return made


async def test_more_than_a_gibibyte_comes_down(there: Centre) -> None:
    file, cookie = there.apache.files / "large", await there.cookie("plain")
    with file.open("wb") as made:
        os.truncate(made.fileno(), SIZE)
    async with nothing_grows(there):
        got = await there.curl(
            "--output",
            "/dev/null",
            "--write-out",
            "%{size_download}",
            there.url("plain", "/large"),
            cookie=cookie,
        )
    assert (got.status.split()[1], got.body) == ("200", str(SIZE).encode())
    tail = await there.curl("--range", f"{SIZE - 3}-", there.url("plain", "/large"), cookie=cookie)
    assert (tail.status.split()[1], tail.body) == ("206", bytes(3))


async def test_more_than_a_gibibyte_goes_up(there: Centre, large: Path) -> None:
    cookie = await there.cookie("chatty")
    async with nothing_grows(there):
        got = await there.curl(
            "--http1.1", "--upload-file", str(large), there.url("chatty", "/sink"), cookie=cookie
        )
    assert json.loads(got.body)["size"] == SIZE
