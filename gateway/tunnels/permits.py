"""What devices may reach through the tunnel, and until when. Pure.

A device speaks while it is awake: its lease is short and renewed, so that without a control plane everything ends by
itself. What it reaches stands beside, with its own end, and needs no renewal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.peers import SUSPENDED, Address, Allowed, only


class Transport(StrEnum):
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True)
class Target:
    host: Address
    transport: Transport
    port: int
    text: str = field(init=False, repr=False, compare=False)
    """For nftables; many devices reach one target, and to write an address takes a microsecond."""

    def __post_init__(self) -> None:
        if not 0 < self.port < 2**16:
            raise ValueError(f"{self.port} is no port; ports are 1 to 65535")
        object.__setattr__(self, "text", f"{self.host} . {self.transport.value} . {self.port}")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for, for as long as the device reaches it."""

    addresses: frozenset[Address]
    until: datetime


@dataclass(frozen=True, slots=True)
class Permit:
    device: Address
    target: Target


@dataclass(frozen=True, slots=True)
class Admitted:
    """What one device has at a moment. Times are aware."""

    key: TunnelKey
    addresses: frozenset[Address]
    """Its own: one, or one of each version of IP."""
    until: datetime | None
    """When it falls silent if nobody says more; None: it is suspended."""
    targets: Mapping[Target, datetime] = field(default_factory=dict)
    """What it reaches, and until when."""
    names: Mapping[str, Named] = field(default_factory=dict)
    """By which it may ask for that; in small letters, without a dot at the end."""
    domains: frozenset[str] = frozenset()
    """Below these it asks in the tunnel, and is told of names that it has not that they are none."""
    pages: frozenset[str] = frozenset()
    """All that is named so or below is a page of ours: asked of the gateway's own address."""

    def awake(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def reaches(self, target: Target, now: datetime) -> bool:
        end = self.targets.get(target)
        return self.awake(now) and end is not None and now < end


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the filter of packets lets through, each until its time."""

    awake: Mapping[Address, datetime] = field(default_factory=dict)
    permits: Mapping[Permit, datetime] = field(default_factory=dict)


def allowed(one: Admitted, now: datetime) -> Allowed:
    return only(one.addresses) if one.awake(now) else SUSPENDED


def awake(admitted: Iterable[Admitted], now: datetime, lease: datetime) -> Ruled:
    """Without what they reach, which stands as it is when a lease is renewed."""
    return Ruled(
        {
            address: min(one.until, lease)
            for one in admitted
            if one.until is not None and now < one.until
            for address in one.addresses
        }
    )


def ruled(admitted: Iterable[Admitted], now: datetime, lease: datetime) -> Ruled:
    """Nobody is awake beyond `lease`; what is over is not there."""
    listed = list(admitted)
    permits = {
        Permit(address, target): end
        for one in listed
        if one.awake(now)
        for address in one.addresses
        for target, end in one.targets.items()
        if now < end and target.host.version == address.version
    }
    return Ruled(awake(listed, now, lease).awake, permits)
