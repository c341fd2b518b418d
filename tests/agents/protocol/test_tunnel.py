"""What a device asks of its tunnel and is given comes through as it was said; what would lead it astray is not read."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from agents.protocol.answers import NotUnderstood, read_answer
from agents.protocol.signed import opened
from agents.protocol.signing import Kind, signed, signing
from agents.protocol.tunnel import Link, NotReached, Reached, Transport, TunnelAsk, TunnelGiven, Why

KEY = generate_private_key(SECP256R1())
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
TUNNEL_KEY = b64encode(bytes(range(32))).decode()


def is_of_an_office(text: str) -> bool:
    try:
        reached(addresses=[text])
    except ValueError:
        return False
    return True


def reached(**other: Any) -> Reached:
    said: dict[str, Any] = {
        "id": "spisy",
        "cs": "Spisy",
        "en": "Files",
        "addresses": ["10.1.0.5"],
        "transport": Transport.TCP,
        "ports": [445],
        "until": NOW,
    }
    return Reached(**said | other)


def link(**other: Any) -> Link:
    said: dict[str, Any] = {
        "host": "tunnel.example",
        "port": 51820,
        "gateway_key": TUNNEL_KEY,
        "addresses": ["10.90.0.2"],
        "mtu": 1420,
        "keepalive": 25,
        "until": NOW,
    }
    return Link(**said | other)


keys = st.binary(min_size=32, max_size=32).map(lambda octets: b64encode(octets).decode())
addresses = st.ip_addresses().map(str).filter(is_of_an_office)
labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
domains = st.lists(labels, min_size=2, max_size=4).map(".".join)
words = st.text(max_size=40)
times = st.integers(0, 10**8).map(lambda seconds: NOW + timedelta(seconds=seconds))
ids = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=20)
urls = domains.map(lambda domain: f"https://portal.{domain}/tunnel")
ports = st.integers(1, 65535)
whys = st.builds(Why, reason=ids, cs=words, en=words, go_to=st.none() | urls)
links = st.builds(
    Link,
    host=domains,
    port=ports,
    gateway_key=keys,
    addresses=st.lists(addresses, min_size=1, max_size=2),
    mtu=st.integers(1280, 9000),
    keepalive=st.integers(0, 3600),
    until=times,
    servers=st.lists(addresses, max_size=2),
    domains=st.lists(domains, max_size=3),
)
reaches = st.builds(
    Reached,
    id=ids,
    cs=words,
    en=words,
    name=st.none() | domains,
    addresses=st.lists(addresses, min_size=1, max_size=3),
    transport=st.sampled_from(Transport),
    ports=st.lists(ports, min_size=1, max_size=3),
    until=times,
)
not_reaches = st.lists(st.builds(NotReached, id=ids, cs=words, en=words, why=whys), max_size=3)
always: dict[str, st.SearchStrategy[Any]] = {
    "nonce": st.text(st.characters(categories=["L", "N"]), min_size=16, max_size=40),
    "again_within": st.integers(1, 86_400),
    "open_at": urls,
    "not_reached": not_reaches,
}
answers = st.one_of(
    st.builds(
        TunnelGiven,
        link=links,
        why=st.none() | whys,
        reached=st.lists(reaches, max_size=3),
        **always,
    ),
    st.builds(TunnelGiven, link=st.none(), why=whys, reached=st.just([]), **always),
)


@given(answers)
def test_what_is_given_comes_through_as_it_was_said(said: TunnelGiven) -> None:
    assert read_answer(200, msgspec.json.encode(said), TunnelGiven) == said


@given(st.builds(TunnelAsk, nonce=always["nonce"], sequence=st.integers(1, 2**53), tunnel_key=keys))
def test_what_is_asked_comes_through_signed(said: TunnelAsk) -> None:
    token = signed(Kind.TUNNEL, "d-1", said, signing(KEY))
    assert opened(Kind.TUNNEL, token, KEY.public_key(), TunnelAsk) == said


@given(st.ip_addresses())
def test_an_address_has_one_text_and_is_another_machines(address: Any) -> None:
    text = str(address)
    assert is_of_an_office(text) == is_another_machines(text)
    assert not is_of_an_office(f"{text}/32")
    if address.version == 6 and address.exploded != text:
        assert not is_of_an_office(address.exploded)


def is_another_machines(text: str) -> bool:
    address = ip_address(text)
    odd = address.is_loopback, address.is_unspecified, address.is_multicast, address.is_link_local
    mapped = address.version == 6 and address.ipv4_mapped is not None
    return not (any(odd) or mapped or text == "255.255.255.255")


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "0.0.0.0/0",
        "::",
        "::1",
        "127.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "fe80::1",
        "fd00::1%eth0",
        "::ffff:10.1.0.5",
        "10.1.0.005",
        "FD00::1",
        "10.1.0.5 ",
        "",
    ],
)
def test_what_leads_astray_is_no_address(text: str) -> None:
    assert not is_of_an_office(text)
    given_so = msgspec.to_builtins(given_with(link()))
    given_so["link"]["addresses"] = [text]
    with pytest.raises(NotUnderstood):
        read_answer(200, msgspec.json.encode(given_so), TunnelGiven)


@pytest.mark.parametrize("domain", ["", ".", "cz", "a..cz", "-a.cz", "a.cz.", "A.cz", "a b.cz", "*.cz"])
def test_no_device_asks_the_tunnel_for_all_names(domain: str) -> None:
    with pytest.raises(ValueError, match="no domain of an office"):
        link(domains=[domain])
    with pytest.raises(ValueError, match="no name of a target"):
        reached(name=domain)


def test_without_a_tunnel_a_reason_is_said_and_nothing_is_reached() -> None:
    why = Why(reason="not_opened", cs="Tunel není otevřený.", en="The tunnel is not open.")
    assert given_with(None, why=why).why == why
    with pytest.raises(ValueError, match="without a tunnel"):
        given_with(None)
    with pytest.raises(ValueError, match="without a tunnel"):
        given_with(None, why=why, reached=[reached()])


def given_with(link_given: Link | None, **other: Any) -> TunnelGiven:
    at = "https://portal.office.example/tunnel"
    return TunnelGiven(nonce="n" * 16, again_within=60, open_at=at, link=link_given, **other)


@pytest.mark.parametrize(
    "host",
    [
        "tunnel.example\nPostUp = touch /tmp/x",
        "tunnel.example:1\r\nPostUp = x",
        "tunnel example",
        "Tunnel.example",
        "tunnel.example.",
        "[fd00::1]",
        "fd00:0::1",
        "127.0.0.1%x",
        "",
        "-tunnel",
        "$(x)",
    ],
)
def test_a_gateway_is_named_as_hosts_are_and_nothing_else_stands_there(host):
    with pytest.raises(NotUnderstood):
        read_answer(200, msgspec.json.encode(told(host)), TunnelGiven)
    assert read_answer(200, msgspec.json.encode(told("tunnel.example")), TunnelGiven).link is not None


@pytest.mark.parametrize(
    "host", ["tunnel.example", "localhost", "198.51.100.2", "2001:db8::7", "xn--rad-hqa.example"]
)
def test_names_and_addresses_of_gateways_are_read(host):
    assert link(host=host).host == host


def told(host: str) -> dict[str, Any]:
    said = msgspec.to_builtins(link()) | {"host": host}
    return {"nonce": "n" * 16, "again_within": 60, "open_at": "https://a.example/t", "link": said}
