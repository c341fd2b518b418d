"""What was bound to a device is taken back at once, however often the round that looks at the database begins again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import DeviceId, MunicipalityCode
from gateway.commands.control_plane import ControlPlane
from gateway.commands.devices_decided import devices_decided_by
from gateway.commands.state import open_state
from gateway.devices.device import Device
from gateway.devices.revocation import revocation_id
from idp.events import Actor
from tests.rig.installation import install

pytestmark = pytest.mark.real
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DEVICE = Device(
    id=DeviceId("d" * 22),
    name="Notebook",
    municipality=MunicipalityCode("588491"),
    owner=None,
    asset=None,
    managed=True,
    key=b"",
    key_kind=KeyKind.SOFTWARE,
    agent="1.0",
    standing=Standing.ACTIVE,
    enrolled_at=NOW,
    enrolled_by=Actor("cli", "cli"),
    tunnel_key=None,
    nonce="n" * 16,
    reported_at=NOW,
    facts={},
    version=1,
)


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[ControlPlane]:
    """Of a control plane that does not run."""
    state = open_state(install(tmp_path).configuration)
    made = ControlPlane(state)
    made.devices.take([DEVICE])
    yield made
    await made.close()
    state.database.close()


def changes(plane: ControlPlane) -> str:
    """Gives what grants that were bound to it bear."""
    before = plane.devices.by_id(DEVICE.id)
    assert before is not None
    plane.devices.put(replace(before, generation=before.generation + 1, version=before.version + 1))
    return revocation_id(before)


async def test_it_is_taken_back_before_anybody_waits_for_a_database(plane: ControlPlane) -> None:
    devices_decided_by(plane)  # it has not even begun
    assert changes(plane) in plane.revoked


async def test_a_round_that_begins_again_hears_of_a_change_once(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = devices_decided_by(plane)
    for _ in range(3):
        task = asyncio.create_task(made())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    told: list[object] = []
    monkeypatch.setattr(plane.revoked, "add", lambda ids, _: told.extend(ids))
    before = changes(plane)
    assert told == [before]
