"""A tunnel ends with what made it its person's: the device, the role by which a shared one is theirs, the key."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from agents.protocol.messages import Standing
from config.vocabulary import Role, SubjectId
from gateway.audit.entry import Code
from gateway.authorize.tunnel_held import NotOpened
from gateway.authorize.tunnel_turns import AT_ONCE
from gateway.devices.known import Known
from gateway.storage.tables.tunnels import tunnel_address
from gateway.tunnel_sessions.opened import Why
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.permits import Admitted
from tests.rig.tunnel_world import KROMERIZ, ORIGIN, Told, World

PETR = SubjectId("urad:22222222-2222-4222-8222-222222222222")
OTHER = PrivateKey.generate().public


async def opened(office: World, **other: object):
    session, device = await office.signed_in(), office.device(**other)
    return session, device, await office.office.open(device.id, session, ORIGIN, office.now)


async def test_it_ends_when_its_device_is_handed_over(office: World, told: Told) -> None:
    _, device, made = await opened(office)
    office.changes(device, owner=PETR)
    await office.settles()
    assert office.office.of(device.id) is None
    assert told.ports(made.key) == set()
    assert [one.reason for one in office.of(Code.TUNNEL_CLOSED)] == [Why.DEVICE_NOT_OWN]


async def test_it_ends_with_the_role_by_which_a_shared_device_is_ones_own(office: World) -> None:
    session, device, _ = await opened(office, owner=None)
    await office.sessions.take_facts(
        [session], session.name, session.login, ((KROMERIZ, Role.CLERK),), office.now
    )
    office.office.everything()
    await office.settles()
    assert office.office.of(device.id) is None
    assert [one.reason for one in office.of(Code.TUNNEL_CLOSED)] == [Why.DEVICE_NOT_OWN]


@pytest.mark.parametrize("at_once", [False, True], ids=["heard before", "while it opens"])
async def test_a_key_of_before_is_a_stranger_s_when_the_next_one_comes(
    office: World, told: Told, at_once
) -> None:
    """Two peers with one address would be refused together, and with them all that is to hold."""
    session, device, made = await opened(office)
    await office.office.close(device.id, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    assert made.key in told.admitted
    office.changes(device, tunnel_key=OTHER)
    if not at_once:
        await asyncio.sleep(0.05)
        assert told.revoked == [made.key]
    again = await office.office.open(device.id, session, ORIGIN, office.now)
    assert again.addresses == made.addresses
    assert told.admitted.keys() == {OTHER}
    assert told.revoked == [made.key]


async def test_two_who_open_it_at_once_do_not_both_have_it(office: World) -> None:
    session, device = await office.signed_in(), office.device()
    await asyncio.gather(*(office.office.open(device.id, session, ORIGIN, office.now) for _ in range(3)))
    (left,) = await office.tunnels.open_ones()
    held = office.office.of(device.id)
    assert held is not None
    assert held[0].id == left.id
    assert len(office.of(Code.TUNNEL_CLOSED)) == 2


@pytest.mark.parametrize("heard", [True, False], ids=["it is lost later", "it was lost before"])
async def test_addresses_of_a_device_rest_though_the_control_plane_has_begun_anew(
    office: World, heard
) -> None:
    _, device, _ = await opened(office)
    await office.office.close(device.id, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
    lost = {"standing": Standing.LOST, "tunnel_key": None}
    office.known = Known()  # in which the one of before is not at work any more
    office.known.put(device)
    if not heard:
        office.changes(device, **lost)
    office.begin()
    await office.office.take_up()
    if heard:
        office.changes(device, **lost)
    await asyncio.sleep(0.05)
    rows = await office.database.read(lambda connection: connection.execute(select(tunnel_address)).all())
    assert len(rows) == 2
    assert all(row.released for row in rows)


async def test_what_is_heard_of_one_device_waits_for_none_of_the_others(office: World, told: Told) -> None:
    """Beside a change of the policies, which has all of them decided anew."""
    session = await office.signed_in()
    for number in range(60):
        key = PrivateKey.generate().public
        last = office.device(f"device-{number}", tunnel_key=key)
        await office.office.open(last.id, session, ORIGIN, office.now)
    decided: list[object] = []
    look = office.office._look

    async def looked(held, now):
        decided.append(held.opened.device)
        await look(held, now)

    office.office._look = looked
    keeping = asyncio.create_task(office.office.keep())
    office.office.everything()
    while not decided:
        await asyncio.sleep(0)
    office.changes(last, standing=Standing.LOST, tunnel_key=None)
    while last.tunnel_key not in told.revoked:
        await asyncio.sleep(0.001)
    before = decided.index(last.id)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert before <= 2 * AT_ONCE


async def test_what_fails_of_one_is_tried_again_and_ends_no_other(office: World, told: Told) -> None:
    session, first, _ = await opened(office)
    second = office.device("second", tunnel_key=PrivateKey.generate().public)
    other = await office.office.open(second.id, session, ORIGIN, office.now)
    look, fails = office.office._look, [True]

    async def looked(held, now):
        if held.opened.device == first.id and fails[0]:
            raise OSError("the database is away")
        await look(held, now)

    office.office._look = looked
    office.office.everything()
    office.changes(second, standing=Standing.BLOCKED)
    await office.settles()
    assert office.office.of(second.id) is None
    assert told.ports(other.key) == set()
    fails[0] = False
    office.changes(first, standing=Standing.LOST, tunnel_key=None)
    await office.moves(timedelta(seconds=2))
    assert office.office.of(first.id) is None


async def test_what_could_not_be_recorded_does_not_hold(office: World, told: Told, monkeypatch) -> None:
    session, device = await office.signed_in(), office.device()
    record, fails = type(office.store).record, [True]

    async def recorded(store, seen, now, entries):
        if fails[0] and any(one.code is Code.TUNNEL_PERMITTED for one in entries):
            raise OSError("the database is away")
        await record(store, seen, now, entries)

    monkeypatch.setattr(type(office.store), "record", recorded)
    with pytest.raises(OSError, match="away"):
        await office.office.open(device.id, session, ORIGIN, office.now)
    await office.moves(timedelta(seconds=2))
    assert not any(told.ports(key) for key in told.admitted)
    fails[0] = False
    await office.moves(timedelta(seconds=2))
    (key,) = told.admitted
    assert told.ports(key) == {445}
    assert Code.TUNNEL_PERMITTED in told.order[: told.order.index(told.admitted[key])]


async def test_of_two_devices_with_one_key_that_open_at_once_one_is_refused(
    office: World, told: Told
) -> None:
    session, key = await office.signed_in(), PrivateKey.generate().public
    names = [office.device(name, tunnel_key=key).id for name in ("first", "second")]
    found = await asyncio.gather(
        *(office.office.open(name, session, ORIGIN, office.now) for name in names), return_exceptions=True
    )
    refused = [one for one in found if isinstance(one, NotOpened)]
    assert [one.why for one in refused] == [Why.KEY_TAKEN]
    assert [one.reason for one in office.of(Code.TUNNEL_NOT_OPENED)] == [Why.KEY_TAKEN]


async def test_an_opening_that_hangs_keeps_no_other_device_waiting(office: World) -> None:
    session, device, _ = await opened(office)
    other = office.device("other", tunnel_key=PrivateKey.generate().public)
    held = office.office._held[device.id]
    async with held.acting, asyncio.timeout(2):
        again = asyncio.ensure_future(office.office.open(device.id, session, ORIGIN, office.now))
        await asyncio.sleep(0)
        await office.office.open(other.id, session, ORIGIN, office.now)
        assert not again.done()
    await again


async def test_what_the_key_of_before_reached_is_not_the_next_one_s(office: World, told: Told) -> None:
    """It is still open when the device's key changes and it is opened anew."""
    session, device, made = await opened(office)
    changed = office.changes(device, tunnel_key=OTHER)
    told.order.clear()
    await office.office.open(device.id, session, ORIGIN, office.now)
    await office.office._peers.forget({device.id: made.key})  # by whoever heard of the change and comes late
    assert told.admitted.keys() == {OTHER}
    assert told.ports(OTHER) == {445}
    assert not [
        one for one in told.order if isinstance(one, Admitted) and one.key == made.key and one.targets
    ]
    office.changes(changed, standing=Standing.LOST, tunnel_key=None)
    await office.settles()
    assert OTHER in told.revoked


async def test_a_tunnel_that_ends_while_it_is_opened_anew_is_closed_once(office: World) -> None:
    session, device, _ = await opened(office)
    held = office.office._held[device.id]
    async with held.acting:
        again = asyncio.ensure_future(office.office.open(device.id, session, ORIGIN, office.now))
        while not held.acting._waiters:
            await asyncio.sleep(0)
        await office.office._close(held, Why.CLOSED_BY_PERSON, office.now)
    await again
    assert [one.reason for one in office.of(Code.TUNNEL_CLOSED)] == [Why.CLOSED_BY_PERSON]


async def test_nobody_has_it_next_while_what_stands_may_go_on_in_their_name(
    office: World, told: Told
) -> None:
    """The tunnel's process is away: nothing says that the packets of the one before are over."""
    device = office.device(owner=None)
    first, second = await office.signed_in(), await office.signed_in("T", subject=PETR, login="petr")
    one = await office.office.open(device.id, first, ORIGIN, office.now)
    told.away = True
    with pytest.raises(NotOpened, match=Why.AWAY):
        await office.office.open(device.id, second, ORIGIN, office.now)
    (refused,) = office.of(Code.TUNNEL_NOT_OPENED)
    assert (refused.person, refused.reason) == ("petr", Why.AWAY)
    assert office.of(Code.TUNNEL_CLOSED) == []
    told.away = False
    await office.settles()
    assert told.ports(one.key) == {445}, "who has it goes on"
    await office.office.open(device.id, second, ORIGIN, office.now)
    assert [each.login for each in await office.tunnels.open_ones()] == ["petr"]
