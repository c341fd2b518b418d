"""Who signs out at a page through the tunnel is answered, and nothing else passes in that moment."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agents.protocol.messages import Standing
from config.vocabulary import SubjectId
from gateway.audit.entry import Code
from gateway.authorize.tunnel_last_answers import ANSWERED_WITHIN
from gateway.authorize.tunnel_pages import opened_at
from gateway.sessions.session import EndReason
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import Pages
from gateway.tunnels.permits import Admitted
from tests.rig.tunnel_world import FILES, ORIGIN, Told, World, world

PAGE = "requests.brana.example"
PETR = SubjectId("urad:22222222-2222-4222-8222-222222222222")
A_TIME = timedelta(milliseconds=100)


@pytest.fixture
def office(tmp_path: Path, told: Told) -> Iterator[World]:
    with world(tmp_path, told, (FILES,)) as made:
        made.rules = replace(made.rules, pages=Pages({PAGE: None}))
        yield made


@pytest.fixture
async def one(office: World, told: Told) -> Opened:
    made = await office.office.open(
        office.device(owner=None).id, await office.signed_in(), ORIGIN, office.now
    )
    assert told.ports(made.key) == {445}
    return made


async def ends(office: World, one: Opened, why: EndReason = EndReason.SIGNED_OUT) -> None:
    (session,) = await office.store.by_ids([one.session])
    await office.sessions.end([session], why, None, office.now)
    await office.settles()


def over(office: World, one: Opened, told: Told) -> None:
    assert told.admitted[one.key].until is None
    assert [entry.reason for entry in office.of(Code.TUNNEL_CLOSED)] == [Why.SESSION_OVER]
    assert [name for name, _ in office.taken_back] == [one.device]


async def test_pages_alone_are_let_out_for_a_second_and_nothing_is_decided_by_the_tunnel_any_more(
    office: World, one: Opened, told: Told
) -> None:
    await ends(office, one)
    until = office.now + ANSWERED_WITHIN
    assert told.admitted[one.key] == Admitted(one.key, one.addresses, until, pages=frozenset({PAGE}))
    assert [opened_at(each, office.office.whose, office.now) for each in one.addresses] == [None] * 2
    assert (office.office.of(one.device), office.office.open_ones()) == (None, [])
    assert [name for name, _ in office.taken_back] == [one.device]
    assert office.of(Code.TUNNEL_CLOSED) == []
    await office.moves(ANSWERED_WITHIN)
    over(office, one, told)
    assert await office.tunnels.open_ones() == []


async def test_the_moment_is_given_once_whatever_is_heard_in_it(
    office: World, one: Opened, told: Told
) -> None:
    await ends(office, one)
    admitted = told.admitted[one.key]
    for _ in range(3):
        office.office.everything()
        office.changes(office.known.by_id(one.device))
        await office.office.asked(one.device, ORIGIN, office.now)
        await office.moves(A_TIME)
        assert told.admitted[one.key] is admitted
    await office.moves(ANSWERED_WITHIN - 3 * A_TIME)
    over(office, one, told)


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(milliseconds=1)])
async def test_a_clock_that_is_put_back_makes_it_no_longer(
    office: World, one: Opened, told: Told, back: timedelta
) -> None:
    await ends(office, one)
    office.now -= back
    office.office.everything()
    await office.settles()
    over(office, one, told)


@pytest.mark.parametrize(
    "why",
    [one for one in EndReason if one is not EndReason.SIGNED_OUT],
)
async def test_who_is_signed_out_by_others_or_by_time_is_out_at_once(
    office: World, one: Opened, told: Told, why: EndReason
) -> None:
    await ends(office, one, why)
    over(office, one, told)


async def test_a_device_that_is_blocked_in_that_moment_is_out_at_once(
    office: World, one: Opened, told: Told
) -> None:
    await ends(office, one)
    office.changes(office.known.by_id(one.device), standing=Standing.BLOCKED)
    await office.settles()
    over(office, one, told)


async def test_who_opens_it_next_does_not_share_it(office: World, one: Opened, told: Told) -> None:
    await ends(office, one)
    told.order.clear()
    session = await office.signed_in("T", subject=PETR, login="petr")
    again = await office.office.open(one.device, session, ORIGIN, office.now + A_TIME)
    first, *_ = told.order
    assert first == Admitted(one.key, one.addresses, None)
    assert office.office.open_ones() == [again]
    await office.moves(2 * ANSWERED_WITHIN)
    assert office.office.open_ones() == [again]
    assert told.ports(again.key) == {445}


async def test_a_start_in_that_moment_gives_no_other(office: World, one: Opened, told: Told) -> None:
    (session,) = await office.store.by_ids([one.session])
    await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
    office.begin()
    assert [admitted.until for admitted in await office.office.take_up()] in ([], [None])
    assert [entry.reason for entry in office.of(Code.TUNNEL_CLOSED)] == [Why.SESSION_OVER]


async def test_where_no_pages_come_through_it_is_over_at_once(office: World, told: Told) -> None:
    office.rules = replace(office.rules, pages=Pages())
    one = await office.office.open(office.device().id, await office.signed_in(), ORIGIN, office.now)
    await ends(office, one)
    over(office, one, told)
