"""Where devices with tunnels are: by what they sign, and by where the packets of their tunnels come from.

Laws: a device is where it last asked, in whichever tunnel that was; where that is long ago, or in a time to come, as a
clock was set back, or elsewhere each time, nobody knows where it is, and it reaches nothing until it asks again;
packets that come from elsewhere are recorded, and close their tunnel where that lasts, unless the configuration has it
recorded alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Protocol

from config.vocabulary import DeviceId
from gateway.audit.entry import Entry
from gateway.tunnel_sessions import records
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.places import AHEAD, RECENT, SPEAKS, Places, Sight, asked, spoke
from gateway.tunnels.peers import Network
from gateway.tunnels.words import Peer
from idp.events import Origin

AT_ONCE = 100  # peers
MOST_MOVES = 12
"""In `RECENT`, of which each is an entry and takes grants back: more than of a device that asks each minute in turn by
two networks."""
Record = Callable[[Sequence[Entry]], Awaitable[None]]


class DevicePlaces:
    """Of a control plane, as long as it lives; used from its event loop."""

    def __init__(self) -> None:
        self._places: dict[DeviceId, Places] = {}
        self._last: dict[DeviceId, tuple[str, datetime]] = {}
        self._doubted: set[DeviceId] = set()
        self._moves: dict[DeviceId, tuple[datetime, ...]] = {}
        self._unsettled: dict[DeviceId, datetime] = {}
        """Until when; then it has to ask."""
        self.unrecorded: list[Entry] = []
        """What was seen of packets, until it is in the log."""

    def asked(self, name: DeviceId, address: str, now: datetime, pools: Iterable[Network] = ()) -> bool:
        """False: the address is one of the tunnel's own, which says of no place."""
        if inside(address, pools):
            return False
        self._last[name] = (address, now)
        if now >= (until := min(self._unsettled.get(name, now), now + RECENT)):
            self._unsettled.pop(name, None)
        else:  # no longer, where the clock was set back
            self._unsettled[name] = until
        self._places[name] = asked(self._places.get(name, Places()), address, now)
        return True

    def taken_up(self, opened: Opened, now: datetime) -> None:
        """By a start: it asked a moment ago, as far as is known; where more is, it did when it did."""
        if opened.device_address is not None and opened.device not in self._last:
            self.asked(opened.device, opened.device_address, now)

    def place(self, name: DeviceId, now: datetime) -> str | None:
        """From where it asked lately."""
        address, at = self._last.get(name, ("", now - RECENT))
        return address if -AHEAD <= now - at < RECENT else None

    def unknown(self, name: DeviceId, now: datetime) -> Why | None:
        """Why nobody knows where it is."""
        if name in self._unsettled:
            return Why.PLACE_UNSETTLED
        return Why.DEVICE_SILENT if self.place(name, now) is None else None

    def silent_at(self, name: DeviceId) -> datetime | None:
        """When it is known no more, unless it asks before; None: it has not asked."""
        return self._last[name][1] + RECENT if name in self._last else None

    def moves(self, name: DeviceId, now: datetime) -> bool:
        """It asks from elsewhere than before. False: it does so too often, and is at no place that is known."""
        if name in self._unsettled:
            return False
        recent = tuple(at for at in self._moves.get(name, ()) if now - at < RECENT)
        if len(recent) >= MOST_MOVES:
            self._moves.pop(name)
            self._unsettled[name] = now + RECENT
            return False
        self._moves[name] = (*recent, now)
        return True

    def begins(self, name: DeviceId) -> None:
        """Another tunnel of it; what was doubted of the one before is over."""
        self._doubted.discard(name)
        if (known := self._places.get(name)) is not None:
            self._places[name] = Places(known.asked)

    def forget(self, name: DeviceId) -> None:
        self._places.pop(name, None)
        self._last.pop(name, None)
        self._moves.pop(name, None)
        self._unsettled.pop(name, None)
        self._doubted.discard(name)

    def doubted(self, name: DeviceId) -> bool:
        """Whether its last tunnel was closed because packets came from elsewhere."""
        return name in self._doubted

    def closed(self, name: DeviceId) -> None:
        self._doubted.add(name)

    def spoke(self, opened: Opened, address: str, now: datetime) -> Sight:
        known = self._places.get(opened.device, Places())
        self._places[opened.device], sight = spoke(known, address, now)
        return sight


class Office(Protocol):
    """What is needed of `gateway.authorize.tunnel_office.TunnelOffice`."""

    places: DevicePlaces

    def open_ones(self) -> Sequence[Opened]: ...

    async def close(self, name: DeviceId, why: Why, origin: Origin | None, now: datetime) -> bool: ...


async def look(office: Office, peers: Iterable[Peer], record: Record, now: datetime, *, closes: bool) -> None:
    """At all that speak in the tunnel. `closes`: packets from elsewhere close a tunnel. What fails of one keeps none of
    the others waiting, and is raised in the end; what was seen is recorded by the next look.
    """
    failed = await _recorded(office.places, record)
    opened: dict[str, Opened] = {one.key: one for one in office.open_ones()}
    for number, peer in enumerate(peers):
        if not number % AT_ONCE:
            await asyncio.sleep(0)  # others wait for some milliseconds at most
        one = opened.get(peer.key)
        if one is None or peer.handshake is None or now - peer.handshake >= SPEAKS:
            continue
        sight = office.places.spoke(one, peer.address, now)
        if sight.note:
            office.places.unrecorded.append(records.two_places(one, peer.address, now))
            failed = await _recorded(office.places, record) or failed
        if sight.believed or one.id not in {each.id for each in office.open_ones()}:
            continue
        if closes:
            office.places.closed(one.device)  # first, as the end may be kept later
            try:
                await office.close(one.device, Why.TWO_PLACES, None, now)
            except Exception as error:  # noqa: BLE001 - it is over, and the office keeps that later
                failed = error
    if failed is not None:
        raise failed


async def _recorded(places: DevicePlaces, record: Record) -> Exception | None:
    """Why it could not be."""
    entries = tuple(places.unrecorded)
    try:
        if entries:
            await record(entries)
            del places.unrecorded[: len(entries)]
    except Exception as error:  # noqa: BLE001 - a database that is away
        return error
    return None


def inside(address: str, pools: Iterable[Network]) -> bool:
    """Whether it is one of the tunnel's own."""
    try:
        read = ip_address(address)
    except ValueError:
        return False
    return any(read in pool for pool in pools)
