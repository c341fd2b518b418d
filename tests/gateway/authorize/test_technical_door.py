"""Programs at the decision: what a stranger can cause at will is counted, and not each written down."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from config.settings import SignIn
from gateway.audit.entry import Entry
from gateway.authorize.certificate import Trusted
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.technical_door import REFUSALS_KEPT, TechnicalDoor
from gateway.grants.sign import GrantSigner
from gateway.grants.token import TokenVerifier
from gateway.sessions.session import Session
from gateway.sessions.technical import TechnicalSessions
from gateway.storage.database import Database
from tests.gateway.authorize.conftest import NOW
from tests.gateway.authorize.door import PlainPages
from tests.gateway.authorize.test_devices_by_tunnel import TUNNEL, opened_for, with_tunnel
from tests.rig.prepared import prepared
from tests.rig.session_store import session_store

KEY = ECKey.generate_key("P-256")


@pytest.fixture
def entries() -> list[Entry]:
    return []


@pytest.fixture
async def door(tmp_path: Path, snapshot: Snapshot, entries: list[Entry]) -> AsyncIterator[TechnicalDoor]:
    database = Database(prepared(tmp_path / "brana.db"))

    def append(_connection: Connection, some: list[Entry]) -> None:
        entries.extend(some)

    store = session_store(database, append)
    yield TechnicalDoor(
        hosts=frozenset(),
        snapshot=lambda: snapshot,
        sessions=TechnicalSessions(store, SignIn(), lambda: secrets.token_urlsafe(16)),
        store=store,
        read_token=TokenVerifier([KEY], "https://login.brana.test"),
        trusted=lambda: Trusted([]),
        sign=GrantSigner(KEY, KEY, "https://portal.brana.test").sign,
        pages=PlainPages(),
    )
    database.close()


async def test_a_flood_of_tokens_that_we_never_gave_is_refused_and_told_in_few_lines(
    door: TechnicalDoor, entries: list[Entry], request_: AccessRequest
) -> None:
    most, span = REFUSALS_KEPT
    forged = replace(request_, bearer="x")
    for _ in range(most + 5):
        assert (await door.decide(forged, NOW)).status == 401
    assert len(entries) == most
    await door.decide(forged, NOW + span + timedelta(seconds=1))
    assert entries[-1].details["left_out_before"] == 5


async def test_a_program_in_a_tunnel_is_where_the_device_is_and_nowhere_while_that_is_not_known(
    door: TechnicalDoor, entries: list[Entry], request_: AccessRequest, snapshot: Snapshot, session: Session
) -> None:
    by_tunnel = replace(request_, bearer="x", address=TUNNEL, in_tunnel=TUNNEL)
    opened = opened_for(session, device_address="198.51.100.9")
    for known in (opened, None):
        through = replace(door, snapshot=lambda known=known: with_tunnel(snapshot, known))
        assert (await through.decide(by_tunnel, NOW)).status == 401
    placed, nowhere = entries
    assert (placed.address, placed.reason) == ("198.51.100.9", "token_unusable")
    assert (nowhere.address, nowhere.reason) == (TUNNEL, "device_tunnel_not_open")
