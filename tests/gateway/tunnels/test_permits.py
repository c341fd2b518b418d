from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest

from gateway.tunnels.peers import SUSPENDED, only
from gateway.tunnels.permits import Admitted, Permit, Ruled, Target, Transport, allowed, awake, ruled
from tests.gateway.tunnels.drawn import KEYS

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
FOUR, SIX = ip_address("10.90.0.2"), ip_address("fd00:90::2")
SHARE = Target(ip_address("10.1.0.5"), Transport.TCP, 445)
NAMES = Target(ip_address("fd00:1::5"), Transport.UDP, 53)
LEASE = NOW + timedelta(seconds=90)


def device(until: datetime | None = NOW + HOUR, **targets: datetime) -> Admitted:
    ends = {"share": NOW + HOUR, "names": NOW + HOUR} | targets
    return Admitted(KEYS[0], frozenset({FOUR, SIX}), until, {SHARE: ends["share"], NAMES: ends["names"]})


def test_a_device_reaches_each_target_by_the_address_of_its_version() -> None:
    assert ruled([device()], NOW, LEASE) == Ruled(
        {FOUR: LEASE, SIX: LEASE}, {Permit(FOUR, SHARE): NOW + HOUR, Permit(SIX, NAMES): NOW + HOUR}
    )
    assert allowed(device(), NOW) == only([FOUR, SIX])


@pytest.mark.parametrize("until", [None, NOW, NOW - HOUR])
def test_a_device_that_is_suspended_or_over_has_nothing(until: datetime | None) -> None:
    assert ruled([device(until)], NOW, LEASE) == awake([device(until)], NOW, LEASE) == Ruled()
    assert allowed(device(until), NOW) == SUSPENDED


def test_nobody_is_awake_beyond_the_lease_nor_beyond_the_own_end() -> None:
    assert set(awake([device()], NOW, LEASE).awake.values()) == {LEASE}
    soon = NOW + timedelta(seconds=5)
    assert set(awake([device(soon)], NOW, LEASE).awake.values()) == {soon}


def test_a_target_that_is_over_is_not_there() -> None:
    assert set(ruled([device(share=NOW)], NOW, LEASE).permits) == {Permit(SIX, NAMES)}


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_no_target(port: int) -> None:
    with pytest.raises(ValueError, match="ports are 1 to 65535"):
        Target(SHARE.host, Transport.TCP, port)
