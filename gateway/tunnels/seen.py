"""A tunnel's device as it says of itself, and what every kind of device can do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gateway.tunnels.keys import PrivateKey, TunnelKey
from gateway.tunnels.peers import Allowed, Change


@dataclass(frozen=True, slots=True)
class SeenPeer:
    allowed: Allowed
    endpoint: str = ""
    """Address and port from which it was last heard; empty: never."""
    handshake: datetime | None = None
    received: int = 0
    """Octets that came from it; of this start of the device, as `sent` is."""
    sent: int = 0

    @property
    def address(self) -> str:
        """Of the endpoint, without port; empty: it was never heard."""
        return self.endpoint.rpartition(":")[0].strip("[]")


@dataclass(frozen=True, slots=True)
class Seen:
    key: TunnelKey | None
    """The device's own; None: it was told none yet."""
    port: int
    """UDP; 0: none yet."""
    peers: Mapping[TunnelKey, SeenPeer] = field(default_factory=dict)

    @property
    def allowed(self) -> dict[TunnelKey, Allowed]:
        return {key: peer.allowed for key, peer in self.peers.items()}


class Device(Protocol):
    """An interface of WireGuard, in the kernel or beside it. Its methods raise TunnelDeviceFailed."""

    async def seen(self) -> Seen: ...

    async def listen(self, private: PrivateKey, port: int) -> None: ...

    async def change(self, changes: Sequence[Change]) -> None:
        """In this order; those before one that fails have happened."""
        ...


class TunnelDeviceFailed(Exception):
    """The tunnel's device did not do, or did not say, what it was asked."""

    def __init__(self, name: str, what: str, remedy: str) -> None:
        super().__init__(f"the tunnel {name}: {what}; {remedy}")
