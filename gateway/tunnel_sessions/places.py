"""Where a device is, by its own word, and whether the packets of its tunnel come from there. Pure.

A device says it by each message that it signs; the tunnel's packets by where WireGuard last heard the key. Whoever has
a copy of that key speaks in the tunnel, and signs nothing. Laws:

- an address of IPv4 is a place, as everybody behind one router has one; of IPv6 the network of 64 bits is;
- packets are where one of the device's messages of the last `RECENT` came from;
- where it does not ask by their version of IP any more, as its last message of that is older by `AT_ONCE` than the
  newest, they may also be where they first were since the messages came from another place, or last where the newest
  came from: who speaks by IPv4 and asks by it has not gone to IPv6 without asking so;
- what was of a time to come, as a clock was set back, is of now;
- a device that moves says so within `NOTED`; packets that are elsewhere for longer, or a second time, are noted, and
  those that stay there, or come and go, are not believed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

Spot = IPv4Address | IPv6Network
PREFIX = 64  # bits, of one link (RFC 4291 §2.5.4); a machine takes another address of it every day (RFC 8981)
RECENT = timedelta(minutes=10)
AHEAD = timedelta(
    seconds=5
)  # of a clock that is corrected; what is of a later time was before it was set back
NOTED = timedelta(seconds=100)  # a device asks every minute, and again 15 s after what failed
AT_ONCE = timedelta(seconds=75)  # within which a device asks twice, also where the first question failed
STAYS = timedelta(minutes=4)
SECOND, THIRD = 2, 3
"""Times in `RECENT` that packets went elsewhere, without the messages: noted, not believed."""
SPEAKS = timedelta(minutes=3)
"""From a handshake: later no packet is taken (REJECT_AFTER_TIME), and where they came from is an old story."""


@dataclass(frozen=True, slots=True)
class Sight:
    """`note`: packets are elsewhere, which was not noted yet. `believed`: they may still be the device's own."""

    note: bool
    believed: bool


RIGHT = Sight(note=False, believed=True)


@dataclass(frozen=True, slots=True)
class Places:
    """Of a device. `asked`: when it last spoke from each, the newest always among them."""

    asked: Mapping[Spot, datetime] = field(default_factory=dict)
    beside: Spot | None = None
    """Where packets are, for those by the version of IP by which no message came."""
    away: datetime | None = None
    """Since when packets are elsewhere."""
    turns: tuple[datetime, ...] = ()
    """When they went there."""
    noted: bool = False


@lru_cache(8192)  # of thousands of devices, every few seconds
def spot_of(address: str) -> Spot | None:
    """None: it is no address."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(read, IPv6Address) and read.ipv4_mapped is not None:
        return read.ipv4_mapped
    if isinstance(read, IPv4Address):
        return read
    network = ip_network((read, PREFIX), strict=False)
    return network if isinstance(network, IPv6Network) else None


def asked(before: Places, address: str, now: datetime) -> Places:
    """It said something that it signed."""
    spot = spot_of(address)
    if spot is None:
        return before
    places = _until(before, now)
    known = _recent(places.asked, now)
    return replace(places, asked={**known, spot: now}, beside=places.beside if spot in known else None)


def spoke(before: Places, address: str, now: datetime) -> tuple[Places, Sight]:
    """Packets came from there."""
    here = spot_of(address)
    if here is None:
        return before, RIGHT
    if before.away is None and not before.turns and before.beside == here and _lately(before, here, now):
        return before, RIGHT
    places = _until(before, now)
    places = replace(
        places,
        asked=_recent(places.asked, now),
        turns=tuple(one for one in places.turns if now - one < RECENT),
    )
    same, beside = _same(places, here)
    if same:
        return replace(places, beside=beside, away=None, noted=places.noted and bool(places.turns)), RIGHT
    away, turns = places.away or now, places.turns
    if places.away is None:
        turns = (*turns, now)
    over = now - away >= STAYS or len(turns) >= THIRD
    noted = over or (bool(places.asked) and (now - away >= NOTED or len(turns) >= SECOND))
    after = replace(places, away=away, turns=turns, noted=places.noted or noted)
    return after, Sight(note=noted and not places.noted, believed=not over)


def _lately(places: Places, here: Spot, now: datetime) -> bool:
    """It asked from there: nearly always so."""
    at = places.asked.get(here)
    return at is not None and timedelta(0) <= now - at < RECENT


def _until(places: Places, now: datetime) -> Places:
    if max((*places.asked.values(), *places.turns, places.away or now), default=now) <= now:
        return places
    return replace(
        places,
        asked={spot: min(at, now) for spot, at in places.asked.items()},
        away=None if places.away is None else min(places.away, now),
        turns=tuple(min(one, now) for one in places.turns),
    )


def _same(places: Places, here: Spot) -> tuple[bool, Spot | None]:
    """Whether packets are where the device is, and `Places.beside` by that."""
    newest = max(places.asked.values(), default=None)
    if newest is None:  # it has not said anything yet
        return False, None
    if (at := places.asked.get(here)) is not None:  # where it has just been says nothing of where it is
        return True, here if at == newest else places.beside
    if any(one.version == here.version and newest - at < AT_ONCE for one, at in places.asked.items()):
        return False, places.beside
    return places.beside in (None, here), places.beside or here


def _recent(known: Mapping[Spot, datetime], now: datetime) -> dict[Spot, datetime]:
    newest = max(known.values(), default=None)
    return {spot: at for spot, at in known.items() if now - at < RECENT or at == newest}
