"""A tunnel is opened: rules that let nothing through first, then the device, its key and port, then its addresses."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.tunnels import kernel, link, rules, wireguard_go
from gateway.tunnels.conntrack import Conntrack, count_octets
from gateway.tunnels.keys import PrivateKey
from gateway.tunnels.nftables import Nftables
from gateway.tunnels.seen import Device
from gateway.tunnels.tunnel import Tunnel


@dataclass(frozen=True, slots=True)
class Opened:
    tunnel: Tunnel
    device: Device
    connections: Conntrack
    process: wireguard_go.Running | None
    """Of wireguard-go; None: the kernel does it."""
    packets: Nftables
    plan: rules.Plan

    async def close(self) -> None:
        """The interface goes, then the rules. Where a restart is to interrupt nobody this is not called."""
        if self.process is not None:
            await self.process.end()
        else:
            await asyncio.to_thread(kernel.ended, self.plan.interface)
        self.packets.do(rules.gone(self.plan))


@asynccontextmanager
async def opened(plan: rules.Plan, private: PrivateKey, port: int) -> AsyncIterator[Opened]:
    """Until the first `apply` nobody new is let through; who is in a tunnel that runs already stays.

    At the end the tunnel is left as it is. Raises CannotTunnel, NftablesMissing, RulesNotTaken, ConntrackFailed,
    TunnelDeviceFailed.
    """
    link.forwards(plan.pools)
    packets = Nftables()
    packets.do(rules.base(plan))
    count_octets()
    connections = Conntrack(plan.pools)
    try:
        device, process = await _device(plan.interface)
        seen = await device.seen()
        if (seen.key, seen.port) != (private.public, port):
            await device.listen(private, port)
        await asyncio.to_thread(link.raised, plan.interface, plan.pools)
        yield Opened(Tunnel(plan, device, packets, connections), device, connections, process, packets, plan)
    finally:
        connections.close()


async def _device(name: str) -> tuple[Device, wireguard_go.Running | None]:
    try:
        await asyncio.to_thread(kernel.made, name)
    except kernel.KernelHasNone:
        process = await wireguard_go.running(name)
        return process.device, process
    return kernel.Kernel(name), None
