"""The tunnel as a file: what stands in it, and that another WireGuard reaches by it what the gateway permits."""

import io
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from wireguard_tools import WireguardConfig

from agents.command.tunnel_file import Filed
from agents.tunnel.filed import text_of
from agents.tunnel.linux import TunnelFailed
from agents.tunnel.plan import Plan
from gateway.tunnels.keys import PrivateKey
from tests.agents.gateway import NO_TUNNEL
from tests.agents.tunnel.laptop import ADDRESSES, given, laptop_of, until
from tests.rig.tunnels import GATEWAY, SERVED, Laptop, answering, ground, interface, why_not

ROOT = Path(__file__).parents[3]
OURS = PrivateKey(b"\x05" * 32)
PLAN = Plan(
    gateway="tunnel.brana.example",
    port=51820,
    gateway_key=b"\x09" * 32,
    own=(ip_address("10.90.0.7"), ip_address("fd00:90::7")),
    mtu=1420,
    keepalive=25,
    ways=frozenset(map(ip_address, ("10.1.0.5", "fd00:1::5", "198.51.100.2"))),
    servers=(ip_address("10.90.0.1"),),
    domains=("sluzby.brana.example",),
)
OUTER = ip_address("198.51.100.2")


def read(octets: bytes) -> WireguardConfig:
    return WireguardConfig.from_wgconfig(io.StringIO(octets.decode()))


def test_it_holds_what_the_interface_would_have_and_no_name_of_a_server():
    text = text_of(PLAN, OUTER, OURS.reveal()).decode()
    assert text.split("\n") == [
        "[Interface]",
        f"PrivateKey = {OURS.base64()}",
        "MTU = 1420",
        "Address = 10.90.0.7/32",
        "Address = fd00:90::7/128",
        "",
        "[Peer]",
        "PublicKey = CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=",
        "Endpoint = tunnel.brana.example:51820",
        "PersistentKeepalive = 25",
        "AllowedIPs = 10.1.0.5/32",
        "AllowedIPs = fd00:1::5/128",
        "",
    ]


def test_an_endpoint_of_ipv6_stands_in_brackets():
    text = text_of(replace(PLAN, gateway="2001:db8::7"), OUTER, OURS.reveal()).decode()
    assert "\nEndpoint = [2001:db8::7]:51820\n" in text


@drawn(
    st.binary(min_size=32, max_size=32),
    st.sampled_from(["tunnel.brana.example", "198.51.100.2", "2001:db8::7"]),
    st.sets(st.ip_addresses(), max_size=20),
)
def test_whatever_is_written_is_read_as_it_was_meant(private, gateway, ways):
    found = read(text_of(replace(PLAN, gateway=gateway, ways=frozenset(ways)), OUTER, private))
    (peer,) = found.peers.values()
    assert found.private_key.keydata == private
    assert str(peer.endpoint_host) == gateway
    assert {one.ip for one in peer.allowed_ips} == ways - {OUTER}
    assert all(one.network.prefixlen == one.max_prefixlen for one in peer.allowed_ips)
    assert (found.dns_servers, found.search_domains, found.postup) == ([], [], [])


@pytest.mark.real
def test_the_file_is_the_administrators_alone_and_goes_with_the_tunnel(tmp_path):
    filed = Filed(tmp_path / "brana0.conf")
    plan = replace(PLAN, gateway="127.0.0.1")
    filed.begin(plan, OURS.reveal())
    assert stat.S_IMODE(filed.file.stat().st_mode) == 0o600
    filed.change(replace(plan, ways=frozenset()))
    assert read(filed.file.read_bytes()).private_key.keydata == OURS.reveal()
    filed.end()
    assert list(tmp_path.iterdir()) == []
    filed.end()


@pytest.mark.real
def test_a_folder_that_is_not_there_is_told(tmp_path):
    with pytest.raises(TunnelFailed, match="No such file"):
        Filed(tmp_path / "x" / "brana0.conf").begin(replace(PLAN, gateway="127.0.0.1"), OURS.reveal())


@pytest.fixture(scope="module")
def there():
    with ground() as there:
        yield there


@pytest.mark.real
@pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")
def test_another_wireguard_reaches_by_the_file_what_is_permitted_until_down(there, tmp_path):
    program = (sys.executable, "-W", "error", "-m", "agents.command", "--tunnel-file")
    with laptop_of(there, tmp_path, *program) as device:
        device.gateway.gives = given(there, 4455)
        device.let_in(4455)
        with answering(there.office, SERVED, 4455), answering(there.office, SERVED, 4466):
            code, said = device.agent("up")
            (file,) = (device.folder / "state").glob("*.conf")
            assert (code, str(file) in said, f"Registry ({SERVED}, " in said) == (0, True, True), said
            assert not device.exists()
            with imported(there, file.read_bytes()) as laptop:
                until(lambda: laptop.reaches(4455))
                assert not laptop.reaches(4466)
            assert str(file) not in device.agent("status")[1]
            device.gateway.gives = msgspec.structs.replace(NO_TUNNEL, again_within=6)
            device.agent("up")
            until(lambda: not file.exists())
            device.gateway.gives = given(there, 4455)
            device.agent("up")
            assert file.exists()
            assert device.agent("down")[0] == 0
    assert not file.exists()
    assert device.gateway.asked[-1].up is False


@contextmanager
def imported(there, octets: bytes):
    """As the program WireGuard does with the file; here on the other laptop, so that nothing but the file is taken."""
    found = read(octets)
    (peer,) = found.peers.values()
    assert (str(peer.endpoint_host), sorted(str(one.ip) for one in found.addresses)) == (
        GATEWAY,
        sorted(ADDRESSES),
    )
    own = {one.ip.version: one.ip for one in found.addresses}
    laptop = Laptop(
        there.laptops["petr"].machine,
        interface("f"),
        own[4],
        own[6],
        PrivateKey(found.private_key.keydata),
    )
    there.laptops["petr"].machine.do("ip", "link", "del", there.laptops["petr"].interface)
    child = laptop.up(str(peer.public_key))
    try:
        yield laptop
    finally:
        child.terminate()
        child.wait()


def test_an_agent_at_rest_holds_no_library_for_files():
    """It would take a third of its memory."""
    words = "import sys, agents.command.__main__; print(sorted({'wireguard_tools', 'pyroute2'} & sys.modules.keys()))"
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout == "[]\n"
