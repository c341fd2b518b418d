"""`brana-agent up` and `down` on a laptop of its own network, through a real gateway of tunnels, by wireguard-go.

Who is let in is told to the gateway here by hand; the rest is as people meet it.
"""

import signal
import subprocess
import sys
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec
import pytest

from tests.agents.gateway import NO_TUNNEL
from tests.agents.tunnel.laptop import ADDRESSES, INTERFACE, OPEN_AT, given, laptop_of, until
from tests.rig.tunnels import (
    IN_TUNNEL,
    SERVED,
    SERVED_6,
    Laptop,
    answering,
    ground,
    why_not,
)

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")]


@pytest.fixture(scope="module")
def there():
    with ground() as there:
        for laptop in there.laptops.values():  # the agent takes their place
            laptop.machine.do("ip", "link", "del", laptop.interface)
        yield there


@pytest.fixture
def device(there, tmp_path):
    with laptop_of(there, tmp_path, sys.executable, "-W", "error", "-m", "agents.command") as one:
        yield one


def test_a_device_whose_tunnel_is_not_open_is_told_where_its_person_opens_it(device):
    code, said = device.agent("up")
    assert (code, "tunnel_not_open" in said, OPEN_AT in said) == (1, True, True), said
    assert not device.exists()
    assert device.gateway.asked[-1].tunnel_key == device.gateway.device.tunnel_key


def test_up_asks_anew_once_its_person_has_opened_the_tunnel(device, there):
    assert device.agent("up")[0] == 1
    device.gateway.gives = given(there, 4455)
    assert device.agent("up")[0] == 0
    assert device.exists()


def test_what_was_given_is_reached_and_nothing_beside_and_down_leaves_nothing(device, there):
    device.gateway.gives = given(there, 4455)
    device.let_in(4455)
    with (
        answering(there.office, SERVED, 4455),
        answering(there.office, SERVED_6, 4455),
        answering(there.office, SERVED, 4466),
    ):
        assert not device.reaches(4455)
        code, said = device.agent("up")
        assert (code, "Registry (spis.sluzby.brana.example port 4455)" in said) == (0, True), said
        assert "Accounting" in said
        assert "https://login.brana.example/step-up" in said
        until(lambda: device.reaches(4455), 10)
        assert device.reaches(4455, SERVED_6)
        assert not device.reaches(4466)
        with device.machine.entered():
            ways = subprocess.check_output(["ip", "route", "show", "dev", INTERFACE], text=True)
        assert sorted(line.split()[0] for line in ways.splitlines()) == sorted([SERVED, IN_TUNNEL])
        assert "open until" in device.agent("status")[1]
        code, said = device.agent("down")
        assert (code, "closed" in said, device.exists()) == (0, True, False), said
        assert not device.reaches(4455)
    assert device.gateway.asked[-1].up is False
    assert not Path(f"/var/run/wireguard/{INTERFACE}.sock").exists()


def test_what_is_given_anew_is_followed_without_an_interruption(device, there):
    device.let_in(4455)
    device.gateway.gives = msgspec.structs.replace(given(there, 4455, hosts=(SERVED,)), again_within=6)
    with answering(there.office, SERVED, 4455):
        assert device.agent("up")[0] == 0
        until(lambda: device.reaches(4455), 10)
        laptop = Laptop(device.machine, INTERFACE, ip_address(ADDRESSES[0]), ip_address(ADDRESSES[1]))
        line = laptop.connected(4455)
        device.gateway.gives = msgspec.structs.replace(given(there, 4455), again_within=6)
        with device.machine.entered():
            until(lambda: SERVED_6 in subprocess.check_output(["ip", "-6", "route"], text=True))
        line.sendall(b"slovo")
        assert line.recv(5) == b"slovo"
        device.gateway.gives = msgspec.structs.replace(NO_TUNNEL, again_within=6)
        until(lambda: not device.exists())
        line.close()


def test_the_tunnel_ends_at_its_end_though_the_gateway_is_silent(device, there):
    device.gateway.gives = given(
        there, 4455, ends=timedelta(seconds=10)
    )  # a busy machine takes some of it for "up"
    assert device.agent("up")[0] == 0
    assert device.exists()
    device.gateway.losing = ["lost"] * 100
    until(lambda: not device.exists(), 25)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_of_an_agent_that_ended_nothing_is_left_after_down(device, there, how):
    device.gateway.gives = given(there, 4455)
    assert device.agent("up")[0] == 0
    device.stop(how)
    assert device.exists() == (how is signal.SIGKILL)
    code, said = device.agent("down")
    assert (code, "the agent's service does not run" in " ".join(said.split())) == (1, True), said
    assert not device.exists()
    assert not (device.folder / "state/tunnel.wanted").exists()


def test_a_gateway_that_does_not_answer_hears_of_down_as_soon_as_it_does(device, there):
    device.gateway.gives = given(there, 4455)
    assert device.agent("up")[0] == 0
    device.gateway.losing = ["lost"] * 100
    before = len(device.gateway.asked)
    code, said = device.agent("down")
    assert (code, device.exists()) == (1, False), said
    assert "holds it open until its end" in " ".join(said.split())
    device.stop()
    device.gateway.losing = []
    assert len(device.gateway.asked) == before
    device.start()
    until(lambda: len(device.gateway.asked) > before)
    assert device.gateway.asked[-1].up is False
    until(lambda: not (device.folder / "state/tunnel.over").exists())
    assert device.agent("down") == (0, "The tunnel is closed.\n")
    assert [one.up for one in device.gateway.asked[before:]] == [False], "it is said once"


def test_up_takes_back_a_down_that_was_not_heard(device, there):
    device.gateway.gives = given(there, 4455)
    assert device.agent("up")[0] == 0
    device.stop()
    assert device.agent("down")[0] == 1
    device.start()
    before = len(device.gateway.asked)
    until(lambda: device.agent("up")[0] == 0)  # the service begins to listen
    assert device.exists()
    assert device.gateway.asked[-1].up
    assert len(device.gateway.asked) > before


def test_a_service_that_starts_again_has_the_tunnel_again(device, there):
    device.gateway.gives = given(there, 4455)
    assert device.agent("up")[0] == 0
    device.stop(signal.SIGKILL)
    device.start()
    until(lambda: device.gateway.asked[-1].up and device.exists())
    device.agent("down")
    assert not device.exists()


def test_up_without_the_service_says_how_to_start_it(device):
    device.stop()
    code, said = device.agent("up")
    assert (code, "systemctl start" in said) == (1, True)
