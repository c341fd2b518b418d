"""The interface of a tunnel among those of the machine: its addresses, its size of packets, up. Blocking."""

from collections.abc import Collection
from pathlib import Path

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Network
from gateway.tunnels.wireguard_go import CannotTunnel

FORWARDING = {
    4: Path("/proc/sys/net/ipv4/ip_forward"),
    6: Path("/proc/sys/net/ipv6/conf/all/forwarding"),
}


def raised(name: str, pools: Collection[Network], mtu: int) -> None:
    """With the gateway's address of each pool, so that the way to all of it leads here. Raises CannotTunnel."""
    try:
        with IPRoute() as kernel:
            (index,) = kernel.link_lookup(ifname=name)
            for pool in pools:
                kernel.addr("replace", index=index, address=str(gateway_of(pool)), prefixlen=pool.prefixlen)
            kernel.link("set", index=index, mtu=mtu, state="up")
    except (NetlinkError, OSError, ValueError) as error:
        raise CannotTunnel(
            f"the interface {name} cannot be set up ({error})", "this process needs CAP_NET_ADMIN"
        ) from error


def forwards(pools: Collection[Network]) -> None:
    """Raises CannotTunnel where this machine passes no packets on."""
    for pool in pools:
        file = FORWARDING[pool.version]
        if file.read_text().strip() == "0":
            name = ".".join(file.relative_to("/proc/sys").parts)
            raise CannotTunnel(
                f"this machine passes no packets on (IPv{pool.version})",
                f"say {name}=1 in a file of /etc/sysctl.d and run sysctl --system",
            )
