"""What is fixed of a tunnel of this machine: interface, pools of its devices' addresses, where pages are taken."""

import re
from dataclasses import dataclass

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Network
from gateway.tunnels.permits import Target, Transport

NAME = re.compile(r"[a-z][a-z0-9]{0,14}")  # of an interface: the kernel takes 15 octets
MTU = 1420  # 1500 octets of a packet less what WireGuard adds over IPv6 (80)


@dataclass(frozen=True, slots=True)
class Plan:
    """Of one tunnel of this machine."""

    interface: str
    pools: tuple[Network, ...]
    """From which its devices have their addresses."""
    mtu: int = MTU
    """Octets of a packet in it."""
    web: int | None = None
    """TCP port at which the gateway's own addresses take people's requests; None: none are taken."""
    web_seen: int | None = None
    """The port in addresses that people see, where it is another one."""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.interface):
            raise ValueError(f"{self.interface!r} is no name of an interface of ours: {NAME.pattern}")
        if len({pool.version for pool in self.pools}) != len(self.pools) or not self.pools:
            raise ValueError("a tunnel has one pool of addresses, or one of each version of IP")

    @property
    def forwarded(self) -> int | None:
        """The port from which pages are led to where they are served."""
        return None if self.web is None or self.web_seen == self.web else self.web_seen

    def serves(self, target: Target) -> bool:
        """Whether pages are asked for there; by the connection's own word, before it is led to another port."""
        hosts = {gateway_of(pool) for pool in self.pools}
        ports = {self.web, self.forwarded} - {None}
        return target.transport is Transport.TCP and target.host in hosts and target.port in ports

    @property
    def table(self) -> str:
        return f"inet brana_{self.interface}"
