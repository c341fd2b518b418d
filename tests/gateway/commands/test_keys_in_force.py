"""Keys of two control planes that share a database: each has its own view, and what is due is done once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.audit.canonical import parse
from gateway.audit.entry import Code
from gateway.commands.addresses import Addresses
from gateway.commands.keys_in_force import KeysInForce
from gateway.commands.state import State, now, open_state
from gateway.storage.audit_evidence import rows
from tests.rig.installation import install

pytestmark = pytest.mark.real


class Gate:
    """Takes at once what it is told."""

    def __init__(self) -> None:
        self.believed: list[str] = []

    async def publish_keys(self, keys: Mapping[str, Any]) -> None:
        self.believed = [one["kid"] for one in keys["grants"]["keys"]]

    async def keys_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - as in the product
        return True


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[State]:
    made = open_state(install(tmp_path).configuration)
    yield made
    made.database.close()


async def test_what_is_due_is_rotated_once_however_many_control_planes_see_it(state: State) -> None:
    gates = [Gate(), Gate()]
    addresses = Addresses(state.settings, state.district)
    both = [KeysInForce(state, gate, addresses, lambda: None, now()) for gate in gates]
    due = now() + state.settings.keys.rotate_every
    await asyncio.gather(*(one.rotate_when_due(due) for one in both))
    for one in both:
        await one.look_again(due)
    entries = state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
    rotated = [one.details["key"] for one in entries if one.code is Code.KEY_ROTATED]
    assert sorted(rotated) == sorted(set(rotated)) == [
        "assertion-2", "grant-2", "provider-es256-2", "provider-rs256-2", "technical-2",
    ]  # fmt: skip
    assert gates[0].believed == gates[1].believed
    assert len(gates[0].believed) == 2


async def test_a_reload_changes_how_old_keys_may_become(state: State) -> None:
    made = KeysInForce(state, Gate(), Addresses(state.settings, state.district), lambda: None, now())
    settings = state.settings
    sooner = replace(settings, keys=replace(settings.keys, rotate_every=timedelta(days=1)))
    later = now() + timedelta(days=2)
    await made.rotate_when_due(later)
    assert len(made.for_gates()["grants"]["keys"]) == 1
    made.under(state.under(sooner, state.district))
    await made.rotate_when_due(later)
    assert len(made.for_gates()["grants"]["keys"]) == 2
