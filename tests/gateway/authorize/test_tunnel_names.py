"""Which names a device is told in its tunnel, and below which domains it asks there."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from config.settings import Tunnels
from gateway.authorize.tunnel_admitted import narrowed_to
from gateway.authorize.tunnel_given import Place, given
from gateway.authorize.tunnel_held import Rules
from gateway.sessions.session import EndReason
from gateway.tunnel_sessions.targets import Targets
from gateway.tunnels.permits import Admitted, Named, Target, Transport
from tests.rig.tunnel_world import LIFETIME, ORIGIN, Told, World, target, world


async def opened(office: World):
    session = await office.signed_in()
    device = office.device()
    return session, device, await office.office.open(device.id, session, ORIGIN, office.now)


async def test_it_is_told_the_names_of_what_it_reaches_for_as_long_as_it_does(tmp_path: Path) -> None:
    """And of nothing else, nor addresses to which its tunnel has no way."""
    told, domain = Told(), "sluzby.brana.example"
    named = (
        target("files", name=f"spis.{domain}", addresses=["10.1.0.5", "fd00:1::5"]),
        target(
            "database", name=f"data.{domain}", addresses=["10.1.0.6"], application="databases", action="read"
        ),
        target("six", name=f"sest.{domain}", addresses=["fd00:1::6"]),
    )
    with world(tmp_path, told, named) as office:
        pools = [ip_network("10.90.0.0/16")]
        targets = Targets.of(named, [domain, "jina.example"])
        office.rules = Rules(targets=targets, pools=pools, longest=timedelta(hours=10))
        session, _, made = await opened(office)
        one = told.admitted[made.key]
        place = Named(frozenset({ip_address("10.1.0.5")}), office.now + LIFETIME)
        assert (one.names, one.domains) == ({f"spis.{domain}": place}, {domain})
        await office.sessions.end([session], EndReason.SIGNED_OUT, None, office.now)
        await office.settles()
        assert told.admitted[made.key].names == {}


def test_what_is_taken_is_taken_with_its_name(office: World) -> None:
    """Before the rest of what is to hold is recorded."""
    place, end = Target(ip_address("10.1.0.5"), Transport.TCP, 445), office.now + LIFETIME
    other = Target(ip_address("10.1.0.6"), Transport.TCP, 446)
    names = {name: Named(frozenset({place.host}), end) for name in ("a.brana.example", "b.brana.example")}
    before = Admitted(office.private.public, frozenset(), end, {place: end, other: end}, names)
    after = replace(before, targets={place: end}, names={"a.brana.example": names["a.brana.example"]})
    assert narrowed_to(before, after) == after
    assert narrowed_to(before, before) is before


@pytest.mark.parametrize("resolves", [True, False])
async def test_a_device_asks_for_names_where_somebody_answers_and_below_domains_of_targets_alone(
    office: World, resolves: bool
) -> None:
    domain = "sluzby.brana.example"
    tunnels = Tunnels(
        endpoint="tunnel.brana.example",
        pool_ipv6="fd00:90::/64",
        domains=[domain, "prazdna.example"],
        targets=[target("files", name=f"spis.{domain}")],
    )
    _, device, made = await opened(office)
    place = Place(tunnels=tunnels, portal="https://portal.brana.example", support=None, resolves=resolves)
    found = office.office.of(device.id)
    told = given(found, None, made.key, office.office.target_named, place, "n" * 16)
    assert told.link is not None
    expected = (["10.90.0.1", "fd00:90::1"], [domain]) if resolves else ([], [])
    assert (told.link.servers, told.link.domains) == expected
    assert (told.link.opened_by, told.link.opened_at) == ("novakova.jana", office.now)


async def test_a_name_is_told_for_no_longer_than_the_tunnel_is_open(tmp_path: Path) -> None:
    told, domain = Told(), "sluzby.brana.example"
    named = (target("files", name=f"spis.{domain}"),)
    with world(tmp_path, told, named) as office:
        minute = timedelta(minutes=1)
        office.rules = replace(office.rules, targets=Targets.of(named, [domain]), longest=minute)
        _, _, made = await opened(office)
        assert [one.until for one in told.admitted[made.key].names.values()] == [office.now + minute]


async def test_nothing_is_reached_for_longer_than_the_tunnel_is_open(office: World) -> None:
    office.rules = replace(office.rules, longest=timedelta(minutes=1))
    _, _, made = await opened(office)
    one = office.process.admitted[made.key]  # type: ignore[attr-defined]
    assert made.until == office.now + timedelta(minutes=1) < office.now + LIFETIME
    assert (one.until, set(one.targets.values())) == (made.until, {made.until})
