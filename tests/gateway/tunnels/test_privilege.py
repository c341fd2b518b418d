"""What a process needs that opens tunnels: the capability to change the network, and no other."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.namespaces import Machine, network
from tests.rig.tunnels import interface, why_not

pytestmark = [pytest.mark.real, pytest.mark.skipif(bool(why_not()), reason=why_not())]
ROOT = Path(__file__).parents[3]
OPENS = """
import asyncio, sys
from datetime import UTC, datetime
from ipaddress import ip_network
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.opening import closed, opened
from gateway.tunnels.plan import Plan

async def main():
    plan = Plan(sys.argv[1], (ip_network("10.90.0.0/16"),))
    async with opened(plan, PrivateKey.generate(), 51820) as there:
        await there.tunnel.apply([], datetime.now(UTC))
        print(there.connections.all(), (await there.device.seen()).port)
    await closed(plan)

asyncio.run(main())
"""


@pytest.fixture
def gateway() -> Iterator[Machine]:
    with network([], {"gateway": "198.51.100.2"}) as (_, machines):
        with machines["gateway"].entered():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        yield machines["gateway"]


def opens(gateway: Machine, capabilities: str) -> subprocess.CompletedProcess[str]:
    bounded = ["setpriv", "--bounding-set", capabilities, "--inh-caps", "-all"]
    command = [*gateway.within, *bounded, sys.executable, "-c", OPENS, interface("c")]
    return subprocess.run(
        command, cwd="/", env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False, text=True
    )


def test_the_capability_to_change_the_network_is_enough(gateway: Machine) -> None:
    said = opens(gateway, "-all,+net_admin")
    assert (said.stdout, said.stderr, said.returncode) == ("[] 51820\n", "", 0)


def test_without_it_nothing_is_opened_and_it_is_named(gateway: Machine) -> None:
    said = opens(gateway, "-all")
    assert said.returncode
    assert "the process needs CAP_NET_ADMIN" in said.stderr
