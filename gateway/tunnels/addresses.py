"""Which address a device has in the tunnel: one of each pool, the same for as long as it is there. Pure.

Laws: no two devices have one address, and none has one that another had until it has rested; the gateway's own, and
those with which a network begins and ends, are given to nobody.
"""

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.tunnel_pools import gateway_of
from gateway.tunnels.peers import Address, Network

REST = timedelta(days=30)  # what names a device in other systems' logs names no other one soon
MOST_TRIED = 2**20  # of one pool; more devices than that has no installation


class PoolFull(Exception):
    """Every address of a pool is in use or rests."""

    def __init__(self, pool: Network, until: datetime | None) -> None:
        when = "" if until is None else f", the first is free again at {until.isoformat(timespec='minutes')}"
        super().__init__(
            f"no address of {pool} is free{when}; retire devices that are gone, or give the tunnel a larger pool"
        )


class NoDevicesAddress(ValueError):
    """What was to be a device's address is somebody else's."""

    def __init__(self, address: Address) -> None:
        what = "it is outside the pools, or the gateway's own; give it one of its pool"
        super().__init__(f"{address} is no address of a device: {what}")


@dataclass(frozen=True, slots=True)
class Given:
    """An address that a device has, or had."""

    device: str
    address: Address
    released: datetime | None = None
    """None: it has it."""

    def rests(self, now: datetime, rest: timedelta) -> bool:
        return self.released is not None and now < self.released + rest


def of_a_device(address: Address, pools: Collection[Network]) -> None:
    """Raises NoDevicesAddress."""
    if not any(address in pool and address != gateway_of(pool) for pool in pools):
        raise NoDevicesAddress(address)


def address_for(
    device: str, pool: Network, given: Collection[Given], now: datetime, rest: timedelta = REST
) -> Address:
    """The device's own again where nobody else had it since; the lowest free one otherwise. Raises PoolFull."""
    here = [one for one in given if one.address.version == pool.version and one.address in pool]
    taken = {
        one.address for one in here if one.device != device and (one.released is None or one.rests(now, rest))
    }
    own = [one for one in here if one.device == device and one.address not in taken]
    if own:
        return max(own, key=_latest).address
    for address in _addresses(pool):
        if address not in taken:
            return address
    rests = [one.released + rest for one in here if one.released is not None and one.rests(now, rest)]
    raise PoolFull(pool, min(rests, default=None))


def addresses_for(
    device: str, pools: Collection[Network], given: Collection[Given], now: datetime, rest: timedelta = REST
) -> frozenset[Address]:
    """One of each pool. Raises PoolFull."""
    return frozenset(address_for(device, pool, given, now, rest) for pool in pools)


def _addresses(pool: Network) -> Iterator[Address]:
    last = min(pool.num_addresses - 2, MOST_TRIED)
    return (pool[number] for number in range(2, last + 1))


def _latest(one: Given) -> float:
    return math.inf if one.released is None else one.released.timestamp()
