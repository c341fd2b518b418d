"""A tunnel is opened: rules that let nothing through first, then the device, its key and port, then its addresses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.tunnels import kernel, link, rules, wireguard_go
from gateway.tunnels.conntrack import Conntrack, count_octets
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.nftables import Nftables
from gateway.tunnels.plan import Plan
from gateway.tunnels.seen import Device
from gateway.tunnels.tunnel import Tunnel


@dataclass(frozen=True, slots=True)
class Ready:
    """A device with its key, port and addresses."""

    device: Device
    process: wireguard_go.Running | None
    """Of wireguard-go; None: the kernel does it."""


@dataclass(frozen=True, slots=True)
class Opened:
    tunnel: Tunnel
    connections: Conntrack
    packets: Nftables
    ready: Ready
    """As it was at the beginning."""

    @property
    def device(self) -> Device:
        return self.ready.device

    @property
    def process(self) -> wireguard_go.Running | None:
        return self.ready.process


@asynccontextmanager
async def opened(plan: Plan, private: PrivateKey, port: int) -> AsyncIterator[Opened]:
    """Until the first `apply` nobody new is let through; who is in a tunnel that runs already stays.

    At the end the tunnel is left as it is: `closed` ends it. Raises CannotTunnel, NftablesMissing, RulesNotTaken,
    ConntrackFailed, TunnelDeviceFailed.
    """
    link.forwards(plan.pools)
    packets = Nftables()
    packets.do(rules.base(plan))
    count_octets()
    connections = Conntrack(plan.pools)
    try:
        ready = await ready_for(plan, private, port)
        yield Opened(Tunnel(plan, ready.device, packets, connections), connections, packets, ready)
    finally:
        connections.close()


async def ready_for(plan: Plan, private: PrivateKey, port: int) -> Ready:
    """The device that runs, or a new one. The rules stand before it does. Raises CannotTunnel, TunnelDeviceFailed."""
    ready = await _device(plan.interface)
    seen = await ready.device.seen()
    if (seen.key, seen.port) != (private.public, port):
        await ready.device.listen(private, port)
    await asyncio.to_thread(link.raised, plan.interface, plan.pools, plan.mtu)
    return ready


async def closed(plan: Plan) -> None:
    """The interface goes, whoever runs it, then the rules. A restart that is to interrupt nobody does without this."""
    if (process := wireguard_go.runs(plan.interface)) is not None:
        await process.end()
    else:
        await asyncio.to_thread(kernel.ended, plan.interface)
    Nftables().do(rules.gone(plan))


async def _device(name: str) -> Ready:
    try:
        await asyncio.to_thread(kernel.made, name)
    except kernel.KernelHasNone:
        process = await wireguard_go.running(name)
        return Ready(process.device, process)
    return Ready(kernel.Kernel(name), None)
