"""Networks that policies name: an address is in all that hold it; what is wrong with them is told where it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import load
from config.named_networks import NamedNetworks
from config.problem import ConfigurationRefused
from config.settings import Network
from config.vocabulary import NetworkName

Office = Callable[..., Path]
NETWORKS = NamedNetworks(
    [
        Network(name=NetworkName("office"), networks=["10.1.0.0/16", "2001:db8:1::/48"]),
        Network(name=NetworkName("payroll"), networks=["10.1.2.0/24"]),
    ]
)


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("10.1.2.3", {"office", "payroll"}),
        ("10.1.3.3", {"office"}),
        ("::ffff:10.1.3.3", {"office"}),
        ("2001:db8:1::5%eth0", {"office"}),
        ("10.2.0.1", set()),
        ("nonsense", set()),
        ("", set()),
    ],
)
def test_an_address_is_in_all_networks_that_hold_it(address: str, names: set[str]) -> None:
    assert NETWORKS.of(address) == names
    assert NamedNetworks().of(address) == frozenset()


def told(office: Office, networks: str) -> list[str]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(("[policies]\n", f"{networks}\n[policies]\n")))
    return [f"{one.what} {one.remedy}" for one in refused.value.problems]


def table(name: str, network: str = "10.1.0.0/16") -> str:
    return f'[[networks]]\nname = "{name}"\nnetworks = ["{network}"]\n'


def test_what_is_no_network_is_told_where_it_stands(office: Office) -> None:
    (said,) = told(office, table("office") + table("payroll", "10.1.2.3/16"))
    assert "networks[1].networks[0]" in said
    assert "is not a network" in said


def test_one_name_belongs_to_one_table(office: Office) -> None:
    (said,) = told(office, table("office") + table("office", "10.2.0.0/16"))
    assert "networks[1].name" in said
    assert "networks[0] already" in said


@pytest.mark.parametrize("name", ["Office", "", "a b", "úřad"])
def test_a_name_that_no_policy_could_say_is_told(office: Office, name: str) -> None:
    assert told(office, table(name))


def test_the_same_network_may_have_two_names(office: Office) -> None:
    text = table("office") + table("payroll")
    load(office(("[policies]\n", f"{text}\n[policies]\n")))
