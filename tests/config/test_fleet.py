from pathlib import Path

import pytest
from msgspec.structs import replace

from config.fleet import CALLERS, Role, Service, fleet_findings, host_of, service_of
from config.networks import proxy_findings
from config.settings import Fleet, Peer, Postgres, Public, Settings
from tests.rig.envoy import settings_for

ALONE = settings_for(Path("/nowhere"), 8443, "http://127.0.0.1:9")
SHARED = Postgres(hosts=["/run/postgresql"])
PEER = Peer(name="b", address="10.1.0.12")


def findings(fleet: Fleet | None, database: Postgres | None = SHARED) -> list[str]:
    settings: Settings = replace(ALONE, fleet=fleet, state=replace(ALONE.state, database=database))
    return [at for at, _, _ in fleet_findings(settings)]


def test_a_machine_that_is_alone_and_a_fleet_that_fits_have_no_fault() -> None:
    assert findings(None) == []
    assert findings(Fleet(node="a", address="10.1.0.11", peers=[PEER])) == []


@pytest.mark.parametrize(
    ("fleet", "faulty"),
    [
        (Fleet(node="A b"), ["fleet.node"]),
        (Fleet(node="a", address="node.example"), ["fleet.address"]),
        (Fleet(node="e", role="edge"), ["fleet.peers"]),
        (Fleet(node="b", peers=[PEER]), ["fleet.peers[0].name"]),
        (Fleet(node="a", peers=[PEER, PEER]), ["fleet.peers[1].name"]),
        (Fleet(node="a", peers=[Peer(name="b", address="b.example")]), ["fleet.peers[0].address"]),
    ],
)
def test_what_contradicts_itself_is_told(fleet: Fleet, faulty: list[str]) -> None:
    assert findings(fleet) == faulty


def test_nodes_that_decide_share_a_database_and_edges_need_none() -> None:
    assert findings(Fleet(node="a", peers=[PEER]), None) == ["state.database"]
    assert findings(Fleet(node="a"), None) == []
    assert findings(Fleet(node="e", role="edge", peers=[PEER]), None) == []


@pytest.mark.parametrize("service", Service)
def test_a_service_is_known_by_its_name_in_the_handshake_alone(service: Service) -> None:
    assert service_of(host_of(service)) is service
    for other in (None, "", service.value, f"{service}.brana.internal.", f"x.{service}.brana.internal"):
        assert service_of(other) is None


def test_every_service_says_who_may_call_it_and_none_is_for_strangers_but_to_join() -> None:
    assert set(CALLERS) == set(Service)
    assert [service for service, callers in CALLERS.items() if not callers] == [Service.JOIN]
    assert Role.CONTROL not in CALLERS[Service.AUTHORIZE]


@pytest.mark.parametrize(
    ("network", "sound"),
    [("10.1.0.0/28", True), ("fd00::/64", True), ("10.1.0.1/28", False), ("0.0.0.0/0", False)],
)
def test_load_balancers_are_networks_and_not_everybody(network: str, sound: bool) -> None:
    public = Public(domain="x.test", certificate=Path("c"), key=Path("k"), proxies=[network])
    assert [at for at, _, _ in proxy_findings(public)] == ([] if sound else ["public.proxies[0]"])
