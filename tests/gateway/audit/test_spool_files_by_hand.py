"""Somebody changes files of the spool while nothing takes them over: what was recorded is neither doubled nor passed
over, and it is told. What was cut off before anybody had read it no file can say.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway.audit.making import Log
from tests.gateway.audit.sharding import check
from tests.gateway.audit.test_ingest import Spool, line
from tests.gateway.audit.test_spool_places_by_hand import again, why


@pytest.fixture
def spool(log: Log) -> Spool:
    return Spool(log)


def swapped(folder: Path) -> None:
    """A file that is being read, and one behind it."""
    one, other = folder / "access-1.log", folder / "access-2.log"
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def copied(folder: Path) -> None:
    """Of what was read already."""
    (folder / "access-3.log").write_bytes((folder / "access-1.log").read_bytes())


def copied_unread(folder: Path) -> None:
    (folder / "access-3.log").write_bytes((folder / "access-2.log").read_bytes())


def emptied(folder: Path) -> None:
    (folder / "access-1.log").write_bytes(b"")


def cut(folder: Path) -> None:
    """Within what was read."""
    file = folder / "access-1.log"
    file.write_bytes(file.read_bytes()[: len(line(0))])


def replaced(folder: Path) -> None:
    """By other lines of the same size."""
    (folder / "access-1.log").write_bytes(b"".join(line(number) for number in (7, 8, 2, 3)))


def renamed(folder: Path) -> None:
    """As a start of before."""
    (folder / "access-1.log").rename(folder / "access-0.log")


@pytest.mark.parametrize("running", [False, True])
@pytest.mark.parametrize("change", [swapped, copied, copied_unread, emptied, cut, replaced, renamed])
async def test_files_that_somebody_changes_double_nothing_and_it_is_told(
    spool: Spool, change: Callable[[Path], None], *, running: bool
) -> None:
    spool.write("access-1.log", 0, 1)
    await spool.drain()
    spool.write("access-1.log", 2, 3)
    spool.write("access-2.log", 4, 5)
    change(spool.folder)
    if not running:
        spool = again(spool)
    await spool.drain()
    numbers = spool.numbers()
    assert len(numbers) == len(set(numbers))
    lost = {emptied: {2, 3}, cut: {2, 3}}.get(change, set())
    assert {0, 1, 2, 3, 4, 5} - set(numbers) == lost
    assert why(spool)
    await spool.log.checkpointer().seal()
    assert check(spool.log).broken is None


async def test_what_was_cut_off_before_it_was_read_is_known_to_no_file(spool: Spool) -> None:
    """Who writes here is the gateway's own user (`THREAT_MODEL.md`); Envoy's own count and the gate's files tell."""
    spool.write("access-1.log", 0, 1)
    await spool.drain()
    file = spool.write("access-1.log", 2, 3)
    file.write_bytes(file.read_bytes()[: 3 * len(line(0))])
    await again(spool).drain()
    assert (spool.numbers(), why(spool)) == ([0, 1, 2], [])
