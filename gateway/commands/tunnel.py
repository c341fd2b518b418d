"""`brana tunnel`: the process of the tunnel, the one that may change the network. The control plane says what holds."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from ipaddress import ip_network
from pathlib import Path

import click

from config.load import read
from config.settings import Public, Tunnels
from gateway.commands.options import configuration
from gateway.tunnels.conntrack import ConntrackFailed
from gateway.tunnels.key_file import private_key
from gateway.tunnels.nftables import NftablesMissing, RulesNotTaken
from gateway.tunnels.opening import closed, opened, ready_for
from gateway.tunnels.plan import Plan
from gateway.tunnels.seen import TunnelDeviceFailed
from gateway.tunnels.serving import Serving
from gateway.tunnels.wireguard_go import CannotTunnel
from gateway.tunnels.words import FOLDER, KEY, SOCKET

FAULTS = (CannotTunnel, ConntrackFailed, NftablesMissing, RulesNotTaken, TunnelDeviceFailed)


def plan_of(tunnels: Tunnels, public: Public | None = None) -> Plan:
    """`public`: where people's pages are served; None: the tunnel leads to none of them."""
    pools = tuple(ip_network(one) for one in (tunnels.pool_ipv4, tunnels.pool_ipv6) if one is not None)
    ports = () if public is None else (public.port, public.advertised_port)
    return Plan(tunnels.interface, pools, tunnels.mtu, *ports)


@click.command(help="Keep the tunnel of devices, for the control plane of this machine; needs CAP_NET_ADMIN.")
@configuration
@click.option("--close", is_flag=True, help="End the tunnel: its interface, its rules, every connection.")
def command(configuration: Path, *, close: bool) -> None:
    found = read(configuration)
    if not found.sound("tunnels", "state.directory"):
        told = [one for one in found.problems if ": tunnels" in str(one) or ": state.directory" in str(one)]
        raise click.ClickException("\n".join(str(one) for one in told or found.problems))
    tunnels = found.settings.tunnels
    if tunnels is None:
        raise click.ClickException(
            f"{configuration} has no [tunnels]; docs/settings.md says what stands in it"
        )
    public = found.settings.public if found.sound("public") else None
    try:
        if close:
            asyncio.run(closed(plan_of(tunnels)))
        else:
            asyncio.run(_keep(plan_of(tunnels, public), tunnels, found.settings.state.directory / FOLDER))
    except FAULTS as fault:
        raise click.ClickException(str(fault)) from fault


async def _keep(plan: Plan, tunnels: Tunnels, where: Path) -> None:
    where.mkdir(mode=0o700, exist_ok=True)
    private = private_key(where / KEY)
    now, say = partial(datetime.now, UTC), _said()
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(opened(plan, private, tunnels.port))
        resolves = False
        if tunnels.domains or plan.web is not None:
            from gateway.tunnels.resolving import Resolver, resolving  # noqa: PLC0415  # 11 MiB that few need

            resolver = Resolver(lambda: there.tunnel.admitted, now, plan.pools)
            resolves = await stack.enter_async_context(resolving(resolver, plan.pools, say))
        anew = partial(ready_for, plan, private, tunnels.port)
        serving = Serving(there, anew, plan.pools, now, say, resolves=resolves, pages=plan.web is not None)
        working = asyncio.ensure_future(serving.serve(where / SOCKET))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, working.cancel)
        try:
            await working
        except asyncio.CancelledError:
            return


def _said() -> Callable[[str], None]:
    """Into the operators' log."""

    def say(text: str) -> None:
        about = {"event": text, "logger": "tunnel", "level": "warning"}
        line = about | {"timestamp": datetime.now(UTC).isoformat()}
        sys.stderr.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stderr.flush()

    return say
