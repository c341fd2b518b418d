"""Rules for the kernel, made by the command, loaded into a network namespace of their own, and met by connections."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from config.settings import Fleet, Settings, Tunnels
from gateway.commands.limits import rules
from tests.rig.envoy import settings_for
from tests.rig.installation import Installation, install

MOST = 10
IN_A_NAMESPACE = """
set -e
ip link set lo up
for address in {addresses}; do ip -6 address add $address/128 dev lo nodad; done
nft --file {rules}
nft --file {rules}  # a second time, as after a change
exec {python} -m tests.rig.many_connections {port} {asked}
"""
HOUSEHOLD = ("2001:db8:1:1::1", "2001:db8:1:1:ffff::2")  # one /64
NEIGHBOUR = "2001:db8:1:2::1"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("limits"))


@pytest.fixture(scope="module")
def made(office: Installation) -> Path:
    """The file that the command makes."""
    done = office.brana("limits", "nftables", "--per-client", str(MOST))
    assert done.returncode == 0, done.stderr
    file = office.folder / "connections.nft"
    file.write_text(done.stdout, "utf-8")
    return file


def _connected(made: Path, port: int, *asked: str) -> list[int]:
    """How many of the connections asked for, as `127.0.0.2x12`, were made; each group while those before are open."""
    script = IN_A_NAMESPACE.format(
        addresses=" ".join((*HOUSEHOLD, NEIGHBOUR)),
        rules=made,
        python=sys.executable,
        port=port,
        asked=" ".join(asked),
    )
    apart = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c", script]
    done = subprocess.run(apart, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    counted: list[int] = json.loads(done.stdout)
    return counted


@pytest.mark.real
def test_one_client_gets_so_many_connections_and_others_get_theirs(office: Installation, made: Path) -> None:
    asked = ("127.0.0.2x14", "127.0.0.3x3", "127.0.0.2-4", "127.0.0.2x9")
    assert _connected(made, office.port, *asked) == [MOST, 3, 4, 4]


@pytest.mark.real
def test_a_household_of_ipv6_is_one_client(office: Installation, made: Path) -> None:
    asked = [f"{address}x6" for address in (*HOUSEHOLD, NEIGHBOUR)]
    assert _connected(made, office.port, *asked) == [6, MOST - 6, 6]


@pytest.mark.real
def test_ports_that_are_not_ours_are_not_counted(office: Installation, made: Path) -> None:
    assert _connected(made, office.port + 1, "127.0.0.2x14") == [14]


@pytest.mark.real
def test_a_configuration_whose_ports_are_unknown_makes_no_rules(tmp_path: Path) -> None:
    office = install(tmp_path)
    office.write(public__port=0)
    done = office.brana("limits", "nftables")
    assert (done.returncode, done.stdout) == (1, "")
    assert "public.port" in done.stderr


def _settings(folder: Path, **public: Any) -> Settings:
    settings = settings_for(folder, 443, "http://127.0.0.1:9001")
    return replace(settings, public=replace(settings.public, **public))


def test_load_balancers_are_not_counted(tmp_path: Path) -> None:
    made = rules(_settings(tmp_path, proxies=["10.1.0.0/28", "2001:db8::7/128"]))
    accepted = [line.strip() for line in made.splitlines() if line.endswith(" accept")]
    assert accepted == ["ip saddr 10.1.0.0/28 accept", "ip6 saddr 2001:db8::7/128 accept"]


@pytest.mark.real
def test_devices_in_the_tunnel_are_counted_by_its_own_rules(office: Installation, tmp_path: Path) -> None:
    """All of them are in one network of IPv6; the loopback stands for the tunnel's interface."""
    settings = _settings(tmp_path, port=office.port)
    with_tunnels = replace(settings, tunnels=Tunnels(endpoint="localhost", interface="lo"))
    for told, known in ((settings, [8, MOST - 8]), (with_tunnels, [8, 8])):
        made = tmp_path / "connections.nft"
        made.write_text(rules(told, MOST), "utf-8")
        assert _connected(made, office.port, *(f"{address}x8" for address in HOUSEHOLD)) == known


@pytest.mark.parametrize(
    ("role", "ports"), [("whole", "80, 443, 8444"), ("edge", "80, 443"), ("control", "8444")]
)
def test_each_node_counts_at_the_ports_it_has(role: Any, ports: str, tmp_path: Path) -> None:
    settings = _settings(tmp_path, http_port=80)
    made = rules(replace(settings, fleet=Fleet(node="a", role=role, port=8444)))
    assert f"tcp dport {{ {ports} }} tcp flags" in made
    assert "80, 443 }" in rules(settings)


def test_more_clients_find_room_than_connections_are_taken(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    many = replace(settings, limits=replace(settings.limits, connections=500_000))
    assert "size 1000000;" in rules(many)
    assert "size 65536;" in rules(settings)
