"""Entries of what came through a tunnel bear where its device is."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateway.audit.entry import Code, Entry, Outcome
from gateway.storage.audit import Ledger
from gateway.storage.database import Database
from gateway.tunnel_sessions.opened import Opened
from gateway.tunnel_sessions.records import placed
from tests.gateway.authorize.test_devices_by_tunnel import TUNNEL, opened_for
from tests.rig.prepared import prepared
from tests.rig.tunnel_world import Told, world

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PLACE = "198.51.100.9"


@pytest.fixture
async def one(tmp_path: Path) -> Opened:
    with world(tmp_path, Told()) as made:
        return opened_for(await made.signed_in(), device_address=PLACE)


def entry(address: str) -> Entry:
    return Entry(
        code=Code.SESSION_ENDED, outcome=Outcome.SUCCESS, at=NOW, address=address, details={"why": "x"}
    )


def test_what_came_through_it_has_its_place_and_the_address_in_it_beside(one: Opened) -> None:
    found = placed(entry(TUNNEL), {ip_address(TUNNEL): one}.get)
    assert found == replace(entry(PLACE), details={"why": "x", "tunnel_address": TUNNEL})


@pytest.mark.parametrize("address", ["", "@", "192.0.2.7", PLACE])
def test_what_came_otherwise_is_kept_as_it_is(one: Opened, address: str) -> None:
    assert placed(entry(address), {ip_address(TUNNEL): one}.get) == entry(address)


async def test_the_log_keeps_entries_as_they_are_placed(tmp_path: Path) -> None:
    ledger = Ledger(lambda: NOW)
    ledger.placed = lambda one: replace(one, address=PLACE)
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        await database.write(lambda connection: ledger.append(connection, [entry(TUNNEL)]))
        kept = database.read_now(
            lambda connection: connection.exec_driver_sql("SELECT canonical FROM audit_entry").scalars().all()
        )
    assert [PLACE in str(one) and TUNNEL not in str(one) for one in kept] == [True]
