"""Networks with a name: the narrowest that holds an address names it; what is no network is told where it stands."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import load
from config.places import Places
from config.problem import ConfigurationRefused
from config.settings import Place, Title

Office = Callable[..., Path]


def place(name: str, *networks: str) -> Place:
    return Place(title=Title(cs=name, en=name), networks=list(networks))


REGION = place("kraj", "10.0.0.0/8", "2001:db8::/32")
TOWN = place("město", "10.1.0.0/16", "2001:db8:1::/48")
ROOM = place("podatelna", "10.1.2.3/32")
PLACES = Places([TOWN, ROOM, REGION])


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("10.1.2.3", "podatelna"),
        ("10.1.2.4", "město"),
        ("10.2.0.1", "kraj"),
        ("192.0.2.1", None),
        ("2001:db8:1::5", "město"),
        ("2001:db8:2::5", "kraj"),
        ("2001:db9::1", None),
        ("::ffff:10.1.2.3", "podatelna"),
        ("fe80::1%eth0", None),
        ("", None),
        ("10.1.2", None),
        ("<script>", None),
    ],
)
def test_the_narrowest_network_names_an_address(address: str, name: str | None):
    found = PLACES.of(address)
    assert (found.cs if found else None) == name


@given(st.ip_addresses())
def test_a_name_is_given_exactly_where_a_network_holds_the_address(address):
    networks = [ip_network(one) for each in (REGION, TOWN, ROOM) for one in each.networks]
    mapped = getattr(address, "ipv4_mapped", None) or address
    assert (PLACES.of(str(address)) is not None) == any(ip_address(str(mapped)) in one for one in networks)


@given(st.text(max_size=40))
def test_any_text_is_looked_up(text: str):
    PLACES.of(text)


def told(office: Office, places: str) -> list[str]:
    with pytest.raises(ConfigurationRefused) as refused:
        load(office(("[policies]\n", f"{places}\n[policies]\n")))
    return [f"{one.what} {one.remedy}" for one in refused.value.problems]


@pytest.mark.parametrize("network", ["10.1.2.3/16", "10.1.0.0/33", "office", "", "10.1.0.0 /16"])
def test_what_is_no_network_is_told(office: Office, network: str):
    text = f'[[places]]\ntitle = {{ cs = "a", en = "a" }}\nnetworks = ["{network}"]'
    (said,) = told(office, text)
    assert "is not a network" in said
    assert "10.1.0.0/16" in said


def test_one_network_has_one_name(office: Office):
    one = '[[places]]\ntitle = {{ cs = "{0}", en = "{0}" }}\nnetworks = ["10.1.0.0/16"]\n'
    (said,) = told(office, one.format("a") + one.format("b"))
    assert "has a name already, in places[0]" in said
