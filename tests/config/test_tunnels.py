"""What a tunnel would lead astray is refused with its line, before anything listens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.problem import ConfigurationRefused
from config.tunnel_pools import HOLDS, WITHIN, pool_doubts
from gateway.commands.fitness import notes

Office = Callable[..., Path]
TUNNELS = """
[tunnels]
endpoint = "tunnel.brana.example"
pool_ipv4 = "10.90.0.0/16"
pool_ipv6 = "fd00:90::/64"
domains = ["data.brana.example"]
longest = "8 h"

[[tunnels.targets]]
id = "spisy"
addresses = ["10.1.0.5", "fd00:1::5"]
ports = [445]
protocol = "smb"
name = "spisy.data.brana.example"
municipality = "588491"
application = "soubory"
action = "write"
title = { cs = "Spisy", en = "Files" }

[[tunnels.targets]]
id = "databaze"
addresses = ["10.1.0.5"]
ports = [5432]
protocol = "postgresql"
municipality = "588491"
application = "databaze"
action = "write"
title = { cs = "Databáze", en = "Database" }
"""
MANY = "[" + '"data.brana.example", ' * 32


def written(office: Office, *changes: tuple[str, str]) -> Path:
    text = TUNNELS
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = office()
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return path


def test_tunnels_in_order_can_start(office: Office) -> None:
    settings, _ = load(written(office))
    assert settings.tunnels is not None
    assert [one.id for one in settings.tunnels.targets] == ["spisy", "databaze"]


NAMED = """
[[networks]]
name = "office"
networks = ["10.1.0.0/16", "10.0.0.0/8", "fd00::/8"]

[[networks]]
name = "within"
networks = ["10.90.4.0/24", "10.90.0.0/16"]

[[technical_accounts]]
id = "import"
name = "Import"
owner = "Ekonomický odbor, linka 321"
ends = 2030-12-31
networks = ["10.88.0.0/14"]
secret = true
roles = [{ role = "clerk", municipality = "588491" }]
"""


def test_networks_that_hold_addresses_of_the_tunnel_are_noted_and_start(office: Office) -> None:
    path = written(office)
    path.write_text(path.read_text("utf-8") + NAMED, "utf-8")
    found = list(pool_doubts(load(path)[0]))
    assert [(at, mend) for at, _, mend in found] == [
        ("networks[0].networks[1]", HOLDS),
        ("networks[0].networks[2]", HOLDS),
        ("networks[1].networks[0]", WITHIN),
        ("networks[1].networks[1]", WITHIN),
        ("technical_accounts[0].networks[0]", HOLDS),
    ]
    assert "10.0.0.0/8 holds tunnels.pool_ipv4 (10.90.0.0/16)" in found[0][1]
    assert "fd00::/8 holds tunnels.pool_ipv6" in found[1][1]
    assert len(notes(path, load(path)[0])) >= len(found)


def test_without_tunnels_no_network_is_mistaken(office: Office) -> None:
    path = office()
    path.write_text(path.read_text("utf-8") + NAMED, "utf-8")
    assert list(pool_doubts(load(path)[0])) == []


def test_there_are_none_where_nothing_is_said_of_them(office: Office) -> None:
    settings, _ = load(office())
    assert settings.tunnels is None


@pytest.mark.parametrize(
    ("old", "new", "at", "why"),
    [
        ('"tunnel.brana.example"', '"tunnel brana"', "endpoint", "neither a host name nor an address"),
        ('"10.90.0.0/16"', '"10.90.0.1/16"', "pool_ipv4", "is not a network"),
        ('"10.90.0.0/16"', '"fd00::/64"', "pool_ipv4", "is no network of IPv4"),
        ('"10.90.0.0/16"', '"203.0.114.0/24"', "pool_ipv4", "is not private"),
        ('"10.90.0.0/16"', '"10.90.0.0/31"', "pool_ipv4", "has no room"),
        ('"fd00:90::/64"', '"fd00:90::/127"', "pool_ipv6", "has no room"),
        ('["data.brana.example"]', '["example"]', "domains[0]", "no domain of an office"),
        (
            '["data.brana.example"]',
            '["data.brana.example", "brana.example"]',
            "domains[1]",
            "'admin.brana.example'",
        ),
        ('["data.', '["tunnel.brana.example", "data.', "domains[0]", "'tunnel.brana.example'"),
        ('["data.', '["spis.brana.example", "data.', "domains[0]", "spis.brana.example'"),
        ('["data.', MANY + '"data.', "domains", "more than 32"),
        ('"10.1.0.5", "fd00:1::5"', '"10.1.0.0/16"', "targets[0].addresses[0]", "is not an address"),
        ('"10.1.0.5", "fd00:1::5"', '"0.0.0.0"', "targets[0].addresses[0]", "no address of a machine"),
        ('"10.1.0.5", "fd00:1::5"', '"127.0.0.1"', "targets[0].addresses[0]", "no address of a machine"),
        ('"10.1.0.5", "fd00:1::5"', '"::ffff:10.1.0.5"', "targets[0].addresses[0]", "is not an address"),
        ('"10.1.0.5", "fd00:1::5"', '"FD00:1::5"', "targets[0].addresses[0]", "is not an address"),
        ('"10.1.0.5", "fd00:1::5"', '"10.90.3.3"', "targets[0].addresses[0]", "addresses of devices"),
        ("[5432]", "[5432, 445]", "targets[1].addresses[0]", "is 'spisy' already"),
        ('"databaze"', '"spisy"', "targets[1].id", "is taken"),
        ('"588491"', '"588492"', "targets[0].municipality", "not in the district"),
        ('application = "soubory"', 'application = "audit"', "targets[0].application", "product's own"),
        ('"spisy.data.brana.example"', '"spisy.jinde.example"', "targets[0].name", "no name below"),
        ('"spisy.data.brana.example"', '"data.brana.example"', "targets[0].name", "no name below"),
        ('longest = "8 h"', 'longest = "0 h"', "longest", "no time"),
    ],
)
def test_what_would_lead_astray_is_refused(office: Office, old: str, new: str, at: str, why: str) -> None:
    with pytest.raises(ConfigurationRefused) as refused:
        load(written(office, (old, new)))
    (problem,) = refused.value.problems
    assert problem.what.startswith(f"tunnels.{at}: ")
    assert why in problem.what


def test_a_name_belongs_to_one_target(office: Office) -> None:
    with pytest.raises(ConfigurationRefused, match="is 'spisy' already"):
        load(written(office, ("[5432]\n", '[5432]\nname = "spisy.data.brana.example"\n')))


def test_nodes_of_a_fleet_have_none_yet(office: Office) -> None:
    path = written(office)
    path.write_text(f'{path.read_text("utf-8")}\n[fleet]\nnode = "a"\n', "utf-8")
    with pytest.raises(ConfigurationRefused, match="a fleet has no tunnels yet"):
        load(path)
