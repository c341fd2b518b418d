"""Tunnels for what is not the web: where devices come in, and what they may reach behind."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Port, Setting, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode


class TunnelTarget(Setting, frozen=True, kw_only=True):
    """A service that devices reach where the policies permit it to their person."""

    id: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    title: Title
    addresses: Annotated[list[str], Meta(min_length=1, max_length=8)]
    """IPv4 and IPv6 of the machines that serve it; names would be somebody else's word."""
    ports: Annotated[list[Port], Meta(min_length=1, max_length=64)]
    transport: Literal["tcp", "udp"] = "tcp"
    protocol: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,20}$")]
    """What is spoken there, for policies (`context.place.protocol`)."""
    name: str | None = None
    """By which devices that reach it find its addresses; below one of `tunnels.domains`."""
    municipality: MunicipalityCode
    """Whose it is."""
    application: Annotated[ApplicationId, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    """What policies call it; several targets may be one application."""
    action: Action
    """What whoever reaches it is permitted by that."""


class Tunnels(Setting, frozen=True, kw_only=True):
    endpoint: str
    """Name or address of this machine as devices reach it."""
    port: Port = 51820
    """UDP."""
    interface: Annotated[str, Meta(pattern="^[a-z][a-z0-9]{0,14}$")] = "brana0"
    pool_ipv4: str = "10.90.0.0/16"
    """From which devices have their addresses; the first is the gateway's own."""
    pool_ipv6: str | None = None
    mtu: Annotated[int, Meta(ge=1280, le=9000)] = 1420
    """Octets of a packet in the tunnel: what the way to the devices takes, less 80."""
    longest: timedelta = timedelta(hours=10)
    """How long a tunnel stays open at most; it ends with the session in any case."""
    two_places: Literal["close", "record"] = "close"
    """What is done where packets of a tunnel come from elsewhere than what its device says."""
    domains: list[str] = field(default_factory=list)
    """To which the names of targets belong; devices with a tunnel ask for every name below them there."""
    targets: list[TunnelTarget] = field(default_factory=list)
