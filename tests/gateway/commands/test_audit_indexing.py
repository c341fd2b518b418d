"""The running product indexes its log by itself, on one node of a fleet."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.audit.places import BLOCK
from gateway.commands.audit_indexing import keep_index
from gateway.storage.audit_index import cover
from tests.gateway.audit.making import entry, open_log, until


@pytest.mark.parametrize("leads", [True, False])
async def test_a_whole_block_is_indexed_by_the_node_that_leads(tmp_path: Path, *, leads: bool) -> None:
    with open_log(tmp_path) as log:
        for begin in range(0, BLOCK + 1, 1024):
            log.append([entry(begin + number) for number in range(min(1024, BLOCK + 1 - begin))])
        plane = SimpleNamespace(
            nodes=SimpleNamespace(leads=leads), state=SimpleNamespace(database=log.database)
        )
        indexing = asyncio.create_task(keep_index(plane))
        try:
            if leads:
                await until(lambda: not log.database.read_now(cover).missing)
            else:
                await asyncio.sleep(0)
                assert log.database.read_now(cover).missing == [0]
        finally:
            indexing.cancel()
