"""Pages through a tunnel: until when its device is let in, which domains lead there, and whose an address in it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from config.settings import Tunnels
from config.vocabulary import device_subject
from gateway.audit.entry import Code
from gateway.authorize.tunnel_given import Place, given
from gateway.authorize.tunnel_last_answers import ANSWERED_WITHIN
from gateway.authorize.tunnel_pages import domains_of, opened_at
from gateway.sessions.session import EndReason
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import Pages
from tests.rig.tunnel_world import HULIN, KROMERIZ, LIFETIME, ORIGIN, Told, World, world

OURS, THEIRS = "spis-hulin.brana.example", "spis-kromeriz.brana.example"
EVERYBODYS = "mapa.brana.example"


@pytest.fixture
def office(tmp_path: Path, told: Told) -> Iterator[World]:
    with world(tmp_path, told, ()) as made:
        pages = Pages({OURS: HULIN, THEIRS: KROMERIZ, EVERYBODYS: None})
        made.rules = replace(made.rules, pages=pages)
        yield made


async def opened(office: World) -> Opened:
    session = await office.signed_in()
    return await office.office.open(office.device().id, session, ORIGIN, office.now)


def at(office: World, one: Opened) -> list[Opened | None]:
    return [opened_at(address, office.office.whose, office.now) for address in one.addresses]


def domains(office: World, one: Opened) -> frozenset[str]:
    return domains_of(one, office.office.whose)


async def test_a_device_is_awake_for_pages_also_where_it_reaches_nothing_else(
    office: World, told: Told
) -> None:
    one = await opened(office)
    admitted = told.admitted[one.key]
    assert (admitted.until, admitted.targets) == (office.now + LIFETIME, {})
    assert admitted.pages == {OURS, EVERYBODYS} == domains(office, one)
    assert at(office, one) == [one] * 2
    assert opened_at(ip_address("10.90.9.9"), office.office.whose, office.now) is None
    office.now += LIFETIME
    assert at(office, one) == [None] * 2  # nobody has renewed it


async def test_domains_of_its_pages_are_told_where_names_are_answered(office: World) -> None:
    one = await opened(office)
    tunnels = Tunnels(endpoint="tunnel.brana.example", pool_ipv6="fd00:90::/64")
    for resolves, known in ((True, sorted([OURS, EVERYBODYS])), (False, [])):
        place = Place(
            tunnels=tunnels,
            portal="https://portal.brana.example",
            support=None,
            resolves=resolves,
            pages=domains(office, one),
        )
        said = given(office.office.of(one.device), None, one.key, office.office.target_named, place, "n" * 16)
        assert said.link is not None
        assert said.link.domains == known


async def test_of_a_suspended_device_no_page_is_told_and_its_address_is_nobodys(
    office: World, told: Told
) -> None:
    one = await opened(office)
    office.suspended.add(device_subject(one.device))
    office.office.everything()
    await office.settles()
    assert (told.admitted[one.key].until, domains(office, one)) == (None, frozenset())
    assert at(office, one) == [None] * 2


@pytest.mark.parametrize("how", ["closed", "signed out", "anew"])
async def test_what_was_granted_by_a_tunnel_is_taken_back_before_its_end_is_kept(
    office: World, how: str
) -> None:
    one = await opened(office)
    session = await office.signed_in("T")
    match how:
        case "closed":
            await office.office.close(one.device, Why.CLOSED_BY_PERSON, ORIGIN, office.now)
        case "signed out":
            (first,) = await office.store.by_ids([one.session])
            await office.sessions.end([first], EndReason.SIGNED_OUT, None, office.now)
            await office.settles()
            await office.moves(ANSWERED_WITHIN)
        case _:
            await office.office.open(one.device, session, ORIGIN, office.now + timedelta(seconds=1))
    [(device, before)] = office.taken_back
    assert device == one.device
    assert Code.TUNNEL_CLOSED not in before
    assert len(office.of(Code.TUNNEL_CLOSED)) == 1
    assert one not in at(office, one)
