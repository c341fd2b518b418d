"""What a device asks of its tunnel, and what it is given: whom to speak with, what it reaches and until when.

A person opens the tunnel in the browser; the device asks again and again while it stands. Laws of what is given:

- a device is led to single addresses and never to networks, so that no gateway takes a machine's other traffic;
- addresses and names have one text each, the one that this system prints;
- names of the office are asked of the tunnel's server, and of a domain of the office alone, never of everything.
"""

import re
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Annotated

import msgspec
from msgspec import Meta

from agents.protocol.messages import Nonce, TunnelKey

NOT_OFFERED = "tunnels_not_offered"
"""Reason of a refusal: the office has no tunnels, so none is open there either."""
MOST_TARGETS = 500
"""Of one device: what reaches more is a network, and wants another way in."""
MOST_PORTS = 64
LONGEST_DOMAIN = 253  # RFC 1035 §2.3.4, as text
LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
BROADCAST = IPv4Address("255.255.255.255")
HOST, DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*"), re.compile(rf"{LABEL}(\.{LABEL})+")

Port = Annotated[int, Meta(ge=1, le=65535)]
AddressText = Annotated[str, Meta(max_length=45)]
DomainText = Annotated[str, Meta(max_length=LONGEST_DOMAIN)]
Words = Annotated[str, Meta(max_length=500)]
Url = Annotated[str, Meta(max_length=1000, pattern=r"^https://[!-~]+$")]
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class TunnelAsk(msgspec.Struct, frozen=True, kw_only=True):
    """Signed by the device's key, as a report is, with `Kind.TUNNEL`; POST to `messages.TUNNEL`."""

    nonce: Nonce
    sequence: Annotated[int, Meta(ge=1, le=2**53)]
    """Higher each time, across restarts; counted together with those of reports."""
    tunnel_key: TunnelKey
    """Made on the device, whose private half never leaves it. Another one than before takes its place."""
    up: bool = True
    """False: the device leaves; the tunnel is closed at the gateway too."""


class Transport(StrEnum):
    TCP = "tcp"
    UDP = "udp"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The other end, and how this one is set up."""

    host: Annotated[str, Meta(min_length=1, max_length=LONGEST_DOMAIN)]
    """Name or address of the gateway."""
    port: Port
    """UDP."""
    gateway_key: TunnelKey
    addresses: Annotated[list[AddressText], Meta(min_length=1, max_length=2)]
    """The device's own: one, or one of each version of IP."""
    mtu: Annotated[int, Meta(ge=1280, le=9000)]
    """Octets."""
    keepalive: Annotated[int, Meta(ge=0, le=3600)]
    """Seconds; 0: none."""
    until: datetime
    """When it is over, whatever the device does."""
    opened_by: Words | None = None
    """The account of the person who opened it."""
    opened_at: datetime | None = None
    servers: Annotated[list[AddressText], Meta(max_length=2)] = []
    """Of names, in the tunnel; reached at port 53."""
    domains: Annotated[list[DomainText], Meta(max_length=32)] = []
    """Names below these are asked there, and no others."""

    def __post_init__(self) -> None:
        if not HOST.fullmatch(self.host):  # it stands in a file whose further lines are commands
            _address(self.host)
        for text in (*self.addresses, *self.servers):
            _address(text)
        for domain in self.domains:
            if not DOMAIN.fullmatch(domain):
                raise ValueError(f"{domain!r} is no domain of an office: a name with a dot, in small letters")


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """A target that the device reaches now."""

    id: Id
    cs: Words
    en: Words
    name: DomainText | None = None
    """By which the tunnel's server knows it."""
    addresses: Annotated[list[AddressText], Meta(min_length=1, max_length=8)]
    transport: Transport
    ports: Annotated[list[Port], Meta(min_length=1, max_length=MOST_PORTS)]
    until: datetime

    def __post_init__(self) -> None:
        for text in self.addresses:
            _address(text)
        if self.name is not None and not DOMAIN.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a target")


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """A named reason, the same as in the log, and what to do."""

    reason: Annotated[str, Meta(min_length=1, max_length=80)]
    cs: Words
    en: Words
    go_to: Url | None = None
    """Where the person mends it: signs in, or signs in more strongly."""


class NotReached(msgspec.Struct, frozen=True, kw_only=True):
    """A target that is there, and not for this device now."""

    id: Id
    cs: Words
    en: Words
    why: Why


class TunnelGiven(msgspec.Struct, frozen=True, kw_only=True):
    """All of it holds from now on, and nothing that was given before."""

    nonce: Nonce
    again_within: Annotated[int, Meta(ge=1, le=86_400)]
    """Seconds, until the device asks again."""
    open_at: Url
    """The page where the device's person opens and closes the tunnel."""
    link: Link | None = None
    """None: there is no tunnel for this device now; `why` says the reason."""
    why: Why | None = None
    reached: Annotated[list[Reached], Meta(max_length=MOST_TARGETS)] = []
    not_reached: Annotated[list[NotReached], Meta(max_length=MOST_TARGETS)] = []

    def __post_init__(self) -> None:
        if self.link is None and (self.why is None or self.reached):
            raise ValueError("without a tunnel there is a reason, and nothing is reached")


def _address(text: str) -> None:
    """Of one machine that is not this one. Raises ValueError."""
    address = ip_address(text)
    if str(address) != text:
        raise ValueError(f"{text!r} is written otherwise than addresses are")
    if address.is_loopback or address.is_unspecified or address.is_multicast or address.is_link_local:
        raise ValueError(f"{text} is no address of a machine in an office")
    if isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address.scope_id is not None):
        raise ValueError(f"{text} is another way to write an address")
    if address == BROADCAST:
        raise ValueError(f"{text} is everybody's address")
