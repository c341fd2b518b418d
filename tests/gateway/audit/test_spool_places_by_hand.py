"""Somebody writes to the database, and has no key: no place that is moved by hand passes over a request."""

from collections.abc import Iterator

import pytest

from gateway.audit.access import Line, access_entry, parse_line
from gateway.audit.crowding import TOO_MANY
from gateway.audit.ingest import BATCH
from tests.gateway.audit.attacking import put_in, take_out
from tests.gateway.audit.making import EITHER, Log, open_log_of_either
from tests.gateway.audit.sharding import by_hand, check
from tests.gateway.audit.test_ingest import Spool, line

NAME = "access-1.log"
FAR = 10**9  # behind the end of the log


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path) -> Iterator[Log]:  # type: ignore[no-untyped-def]
    with open_log_of_either(request, tmp_path) as made:
        yield made


@pytest.fixture
def spool(log: Log) -> Spool:
    return Spool(log)


def again(spool: Spool) -> Spool:
    """The product started anew: it remembers no place."""
    return Spool(spool.log)


def why(spool: Spool) -> list[str]:
    return [str(one.details["why"]) for one in spool.damages()]


def parsed(written: bytes) -> Line:
    found = parse_line(written.rstrip(b"\n"))
    assert isinstance(found, Line)
    return found


async def test_a_file_that_envoy_writes_is_not_deleted_whatever_its_place_says(spool: Spool) -> None:
    file = spool.write(NAME, 0, 1)
    await spool.drain()
    with file.open("ab") as envoy:
        by_hand(spool.log, "UPDATE audit_spool SET finished = TRUE")
        envoy.write(line(2))
        envoy.flush()
        await spool.drain()
        envoy.write(line(3))
    await spool.drain()
    assert spool.numbers() == [0, 1, 2, 3]
    assert len(why(spool)) == 1
    assert "changed by hand" in why(spool)[0]
    spool.write("access-2.log", 4)
    await spool.drain()
    assert not file.exists()
    assert spool.numbers() == [0, 1, 2, 3, 4]
    await spool.log.checkpointer().seal()
    assert check(spool.log).broken is None


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("further", ["one line", "part of a line", "to the end"])
async def test_lines_that_a_place_was_moved_over_are_taken_and_it_is_told(
    spool: Spool, further: str, *, restarted: bool
) -> None:
    spool.write(NAME, 0, 1)
    await spool.drain()
    spool.write(NAME, 2, 3)
    by = {"one line": len(line(2)), "part of a line": len(line(2)) // 2, "to the end": 2 * len(line(2))}
    by_hand(spool.log, f'UPDATE audit_spool SET "offset" = "offset" + {by[further]}')
    if restarted:
        spool = again(spool)
    await spool.drain()
    assert spool.numbers() == [0, 1, 2, 3]
    assert len(why(spool)) == 1


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("statement", ['UPDATE audit_spool SET "offset" = 0', "DELETE FROM audit_spool"])
async def test_a_place_that_was_set_back_doubles_nothing(
    spool: Spool, statement: str, *, restarted: bool
) -> None:
    spool.write(NAME, *range(BATCH + 300))
    await spool.drain()
    by_hand(spool.log, statement)
    spool.write(NAME, BATCH + 300)
    if restarted:
        spool = again(spool)
    await spool.drain()
    assert spool.numbers() == list(range(BATCH + 301))
    assert len(why(spool)) == 1


async def test_a_finished_file_is_not_deleted_where_the_log_lacks_a_line_of_it(spool: Spool) -> None:
    spool.write(NAME, 0, 1)
    spool.write("access-2.log", 2)
    size = 2 * len(line(0))
    by_hand(
        spool.log,
        f"INSERT INTO audit_spool (name, \"offset\", renaming_to, finished) VALUES ('{NAME}', {size}, '', TRUE)",
    )
    await spool.drain()
    assert spool.numbers() == [0, 1, 2]
    assert len(why(spool)) == 1


@pytest.mark.parametrize("to", ["../stolen", "access-2.7.log", "access-2.log", NAME])
async def test_a_name_that_no_rename_of_ours_gives_is_not_given(spool: Spool, to: str) -> None:
    file = spool.write(NAME, 0, 1)
    await spool.drain()
    by_hand(spool.log, f"UPDATE audit_spool SET renaming_to = '{to}'")
    spool.write(NAME, 2)
    await spool.drain()
    assert file.exists()
    assert not (spool.folder / to).exists() or to == NAME
    assert spool.numbers() == [0, 1, 2]
    assert spool.reopened == 0
    assert len(why(spool)) == 1


async def test_a_column_of_another_entry_speaks_for_no_line(spool: Spool) -> None:
    """The request's number lent to another entry for a moment: what counts are its bytes."""
    spool.write(NAME, 0, 1)
    await spool.drain()
    spool.write(NAME, 2, 3)
    by_hand(
        spool.log,
        f'UPDATE audit_spool SET "offset" = "offset" + {len(line(2))}',
        "UPDATE audit_entry SET request_id = '2' WHERE request_id = '0'",
    )
    await spool.drain()
    by_hand(spool.log, "UPDATE audit_entry SET request_id = '0' WHERE request_id = '2' AND sequence = 0")
    assert {2, 3} <= set(spool.numbers())
    assert len(why(spool)) == 1


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_row_that_somebody_put_into_the_log_for_a_moment_speaks_for_no_line(
    spool: Spool, *, restarted: bool
) -> None:
    spool.write(NAME, 0, 1)
    await spool.drain()
    spool.write(NAME, 2, 3)
    put_in(spool.log, FAR, access_entry(parsed(line(2)), {}))
    by_hand(spool.log, f'UPDATE audit_spool SET "offset" = "offset" + {len(line(2))}')
    if restarted:
        spool = again(spool)
    await spool.drain()
    take_out(spool.log, FAR)
    assert spool.numbers() == [0, 1, 2, 3]
    assert len(why(spool)) == 1


async def test_a_restart_tells_nothing_of_places_that_we_put_there(spool: Spool) -> None:
    crowd = line(5).replace(b'"status"', b'"reason": "%s", "status"' % min(TOO_MANY).encode())
    ends = (b"", line(1)[:20], b"no line\n", crowd * 3, b"x" * (3 * 2**20) + b"\n")
    for number, end in enumerate(ends):
        spool.write(NAME, 10 * number, end=end)
        await spool.drain()
        spool = again(spool)
        await spool.drain()
        spool.write(f"access-9{number}.log", 10 * number + 1)
        await spool.drain()
        spool = again(spool)
        await spool.drain()
        for path in spool.folder.iterdir():
            path.unlink()
        await spool.drain()
    assert not [one for one in why(spool) if "by hand" in one]
