"""Keys of two control planes that share a database: each has its own view, and what is due is done once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc.jws import extract_compact
from msgspec.structs import replace
from sqlalchemy import insert

from config.settings import SamlServiceProvider
from gateway.audit.acts import SYSTEM
from gateway.audit.canonical import parse
from gateway.audit.entry import Code
from gateway.commands.addresses import Addresses
from gateway.commands.keys_in_force import KeysInForce, changes
from gateway.commands.state import State, now, open_state
from gateway.devices.founding import founded
from gateway.envoy.devices import certificates_in
from gateway.grants.claims import Grant
from gateway.grants.keys import Purpose
from gateway.storage.audit import append
from gateway.storage.audit_evidence import rows
from gateway.storage.key_rotation import rotate
from gateway.storage.tables.devices import device_authority
from tests.gateway.web.people import MAYOR
from tests.rig.installation import install

pytestmark = pytest.mark.real
GRANT = Grant(
    id="g", assertion=MAYOR, revocation_id=f"{MAYOR.sid}.1", epoch="1", own=True, policy_version="1"
)


class Gate:
    """Takes at once what it is told, unless it is told to fail, to wait, or not to take it."""

    def __init__(self) -> None:
        self.believed: list[str] = []
        self.devices: tuple[str, ...] = ()
        self.failures: list[Exception] = []
        self.goes_on, self.takes = asyncio.Event(), True
        self.goes_on.set()

    async def publish_keys(self, keys: Mapping[str, Any]) -> None:
        if self.failures:
            raise self.failures.pop()
        self.believed = [one["kid"] for one in keys["grants"]["keys"]]
        self.devices = certificates_in(keys)

    async def keys_applied(self, timeout: timedelta) -> bool:  # noqa: ASYNC109 - as in the product
        await self.goes_on.wait()
        return self.takes


def made(state: State, gate: Gate) -> KeysInForce:
    return KeysInForce(state, gate, Addresses(state.settings, state.district), lambda: None, now())


def signs_grants_with(keys: KeysInForce) -> str:
    return str(extract_compact(keys.sign(GRANT).token.encode()).headers()["kid"])


async def compromised(state: State) -> str:
    """The grants' key is another from now on: its identifier is given to gates alone."""
    wanted = changes(state.settings, [Purpose.GRANT], compromised=True)
    moment = now()
    (name,) = await state.database.write(
        lambda connection: rotate(connection, state.seal, append, wanted, SYSTEM, moment)
    )
    return name


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


async def test_a_change_of_keys_that_fails_half_way_is_finished_by_the_next_look(state: State) -> None:
    gate = Gate()
    keys = made(state, gate)
    before = signs_grants_with(keys)
    await compromised(state)
    gate.failures.append(OSError("no room"))
    with pytest.raises(OSError, match="no room"):
        await keys.look_again(now())
    await keys.apply(now())
    assert signs_grants_with(keys) != before
    assert gate.believed == [signs_grants_with(keys)]


async def test_whoever_looks_during_a_change_of_keys_comes_back_when_the_new_one_signs(state: State) -> None:
    gate = Gate()
    keys = made(state, gate)
    before = signs_grants_with(keys)
    await compromised(state)
    gate.goes_on.clear()
    first, second = (asyncio.create_task(keys.look_again(now())) for _ in range(2))
    while not gate.believed:
        await asyncio.sleep(0)
    await asyncio.wait({second}, timeout=0.05)
    assert not second.done()
    gate.goes_on.set()
    await asyncio.gather(first, second)
    assert signs_grants_with(keys) != before


async def test_a_look_says_whether_every_gate_verifies_by_the_keys_of_now(state: State) -> None:
    gate = Gate()
    keys = made(state, gate)
    await compromised(state)
    gate.takes = False
    assert not await keys.look_again(now())
    assert not await keys.look_again(now())  # nothing is new, but it still has not
    gate.takes = True
    assert await keys.look_again(now())


async def test_who_certifies_devices_is_told_to_gates_where_devices_are_enrolled(
    state: State,
) -> None:
    assert "devices" not in made(state, Gate()).for_gates()
    settings = replace(state.settings, devices=replace(state.settings.devices, enabled=True))
    enrolling, gate = state.under(settings, state.district), Gate()
    keys = made(enrolling, gate)  # the first start with devices founds the authority, and records it
    (first,) = certificates_in(keys.for_gates())
    assert [certificates_in(made(enrolling, Gate()).for_gates())] == [(first,)]
    entries = enrolling.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
    assert [one.code for one in entries].count(Code.DEVICE_AUTHORITY_FOUNDED) == 1

    following = founded("brana.test", now())[0].certificate.public_bytes(Encoding.PEM).decode()
    await enrolling.database.write(
        lambda connection: connection.execute(
            insert(device_authority).values(id=2, certificate=following, sealed=b"", created_at=0)
        )
    )
    await keys.look_again(now())
    assert certificates_in(keys.for_gates()) == (following, first)
    assert gate.devices == (following, first)


def with_service_provider(state: State) -> State:
    party = SamlServiceProvider(entity_id="https://a.test", addresses=["https://a.test/acs"])
    return state.under(replace(state.settings, saml_service_providers=[party]), state.district)


async def test_the_first_service_provider_brings_a_key_of_saml_and_without_one_there_is_none(
    state: State,
) -> None:
    keys = made(state, Gate())
    assert keys.saml is None
    await keys.apply(now())
    assert keys.saml is None
    keys.under(with_service_provider(state))  # a reload
    await keys.apply(now())
    assert keys.saml is not None
    again = made(with_service_provider(state), Gate())  # a start, or another node
    assert again.saml is not None
    assert again.saml.signing.certificate_text == keys.saml.signing.certificate_text
    keys.under(state)
    await keys.look_again(now())
    assert keys.saml is None


async def test_a_new_key_of_saml_is_in_the_metadata_for_a_month_before_it_signs_and_only_when_it_is_asked_for(
    state: State,
) -> None:
    state = with_service_provider(state)
    keys, moment = made(state, Gate()), now()
    assert keys.saml is not None
    before = keys.saml.signing.certificate_text
    await keys.rotate_when_due(moment + timedelta(days=400))
    assert keys.saml.signing.certificate_text == before
    wanted = changes(state.settings, [Purpose.SAML], compromised=False)
    await state.database.write(
        lambda connection: rotate(connection, state.seal, append, wanted, SYSTEM, moment)
    )
    for days, signs in ((0, before), (29, before), (31, None)):
        await keys.look_again(moment + timedelta(days=days))
        signing = keys.saml.signing.certificate_text
        assert (signing == before) is (signs == before)
        assert len(keys.saml.announced) == (2 if days < 31 else 1)
