"""What the control plane and the process of the tunnel tell each other: JSON, one object a line, over one connection.

The control plane says `Resume` first, then `Apply`; each act has a number, which `Done` or `Failed` answers. The
process says `Told` until that is `Heard`. There are no other words. The two may be of versions one step apart: a field
is never renamed or taken away, a new one has a default, and a new word is understood a version before it is said.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from gateway.tunnels.connections import Began, Ended, Flow, FlowId
from gateway.tunnels.keys import TunnelKey, tunnel_key
from gateway.tunnels.peers import Address, address_of
from gateway.tunnels.permits import Admitted, Named, Target, Transport
from gateway.tunnels.refusals import Refused

FOLDER = "tunnel"
"""Below `state.directory`; in it are:"""
SOCKET, KEY = "tunnel.sock", "private.key"
LONGEST_LINE = 64 * 2**20  # octets: 5,000 devices with 100 targets each, at once
MOST_TOLD = 500  # of connections in a line


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A service: address, transport, port."""

    host: str
    transport: Transport
    port: int

    def target(self) -> Target:
        return Target(address_of(self.host), self.transport, self.port)


class Until(msgspec.Struct, frozen=True, array_like=True):
    place: Place
    until: datetime


class Name(msgspec.Struct, frozen=True, array_like=True):
    """As `permits.Named`, with the name."""

    name: str
    addresses: list[str]
    until: datetime


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """As `permits.Admitted`."""

    key: str
    addresses: list[str]
    until: datetime | None
    targets: list[Until]
    names: list[Name] = []
    domains: list[str] = []
    pages: list[str] = []

    def admitted(self) -> Admitted:
        """Raises ValueError."""
        return Admitted(
            tunnel_key(self.key),
            _addresses(self.addresses),
            self.until,
            {one.place.target(): one.until for one in self.targets},
            {one.name: Named(_addresses(one.addresses), one.until) for one in self.names},
            frozenset(self.domains),
            frozenset(self.pages),
        )


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """As `connections.Flow`."""

    id: int
    device: str
    port: int
    target: Place
    began: datetime | None = None
    sent: int | None = None
    received: int | None = None

    def flow(self) -> Flow:
        """Raises ValueError."""
        return Flow(
            FlowId(self.id),
            address_of(self.device),
            self.port,
            self.target.target(),
            self.began,
            self.sent,
            self.received,
        )


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    connection: Connection
    at: datetime


class Closed(msgspec.Struct, frozen=True, tag="closed"):
    connection: Connection
    began: datetime
    at: datetime


class InVain(msgspec.Struct, frozen=True, tag="in_vain"):
    """A device tried what it may not, and before that so many packets to what is not told."""

    device: str
    target: Place
    left_out: int = 0
    too_many: bool = False
    since: datetime | None = None
    at: datetime | None = None
    """Between which moments; None: a process of the version before does not say it."""


News = Opened | Closed | InVain


class Resume(msgspec.Struct, frozen=True, tag="resume"):
    """First of each connection. `open`: what is recorded as begun, and not as ended."""

    open: list[Opened]


class Apply(msgspec.Struct, frozen=True, tag="apply"):
    """All that there are."""

    number: int
    devices: list[Device]


class Admit(msgspec.Struct, frozen=True, tag="admit"):
    number: int
    device: Device


class Revoke(msgspec.Struct, frozen=True, tag="revoke"):
    number: int
    key: str


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """How it stands; answered by `Standing`."""

    number: int


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """Whoever says what holds is there, so that leases are renewed."""


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """What was told is kept for good."""

    number: int


Said = Resume | Apply | Admit | Revoke | Ask | Alive | Heard


class Done(msgspec.Struct, frozen=True, tag="done"):
    number: int


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    number: int
    why: str


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    handshake: datetime | None
    received: int
    sent: int
    address: str = ""
    """From which it was last heard; empty: never, or by a process that does not say it."""


class Standing(msgspec.Struct, frozen=True, kw_only=True, tag="standing"):
    number: int
    key: str
    """The gateway's own public key."""
    port: int
    kernel: bool
    """Whether the kernel carries the packets, or wireguard-go does."""
    peers: list[Peer]
    resolves: bool = False
    """Whether devices are answered there when they ask for names."""
    pages: bool = False
    """Whether those are told of pages too, and reach them: not by a process of the version before."""


class Told(msgspec.Struct, frozen=True, tag="told"):
    number: int
    news: list[News]
    overlooked: int = 0
    """What could not be kept, since the process began."""


Answered = Done | Failed | Standing | Told


def device_of(one: Admitted) -> Device:
    return Device(
        key=one.key,
        addresses=_texts(one.addresses),
        until=one.until,
        targets=[Until(place_of(target), end) for target, end in one.targets.items()],
        names=[Name(name, _texts(each.addresses), each.until) for name, each in one.names.items()],
        domains=sorted(one.domains),
        pages=sorted(one.pages),
    )


def encoded(devices: Iterable[Admitted]) -> dict[TunnelKey, bytes]:
    """Each by itself, for `apply_of`."""
    return {one.key: msgspec.json.encode(device_of(one)) for one in devices}


def apply_of(number: int, devices: Iterable[bytes]) -> bytes:
    """`Apply`, of devices that are encoded already."""
    return msgspec.json.encode(_Made(number, [msgspec.Raw(one) for one in devices]))


class _Made(msgspec.Struct, frozen=True, tag="apply"):
    number: int
    devices: list[msgspec.Raw]


def place_of(target: Target) -> Place:
    return Place(str(target.host), target.transport, target.port)


def opened_of(one: Began) -> Opened:
    return Opened(_connection(one.flow), one.at)


def news_of(one: Began | Ended | Refused) -> News:
    match one:
        case Began():
            return opened_of(one)
        case Ended():
            return Closed(_connection(one.flow), one.began, one.at)
        case Refused():
            place = place_of(one.target)
            return InVain(str(one.device), place, one.left_out, one.too_many, one.since, one.at)


def read_news(one: News) -> Began | Ended | Refused:
    """Raises ValueError."""
    match one:
        case Opened():
            return Began(one.connection.flow(), one.at)
        case Closed():
            return Ended(one.connection.flow(), one.began, one.at)
        case InVain():
            device, target = address_of(one.device), one.target.target()
            return Refused(device, target, one.too_many, one.left_out, one.since, one.at)


def admitted_of(devices: Iterable[Device]) -> list[Admitted]:
    """Raises ValueError, also where one key stands twice."""
    found = [one.admitted() for one in devices]
    if len({one.key for one in found}) < len(found):
        raise ValueError("one key stands for two devices; each has its own")
    return found


def _addresses(texts: Iterable[str]) -> frozenset[Address]:
    """Raises ValueError."""
    return frozenset(address_of(one) for one in texts)


def _texts(addresses: Iterable[Address]) -> list[str]:
    return sorted(str(one) for one in addresses)


def _connection(flow: Flow) -> Connection:
    return Connection(
        id=flow.id,
        device=str(flow.device),
        port=flow.port,
        target=place_of(flow.target),
        began=flow.began,
        sent=flow.sent,
        received=flow.received,
    )
