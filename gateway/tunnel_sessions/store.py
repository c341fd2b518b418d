"""What is kept of tunnels; implemented by `gateway.storage.tunnels`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from config.vocabulary import DeviceId
from gateway.audit.entry import Entry
from gateway.tunnel_sessions.opened import Connected, Line, Opened, TunnelId, Why
from gateway.tunnels.peers import Address, Network


class TunnelStore(Protocol):
    """Raises the database's own errors. Entries are kept in the transaction of what they tell."""

    async def addresses(
        self, device: DeviceId, pools: Sequence[Network], now: datetime
    ) -> frozenset[Address]:
        """One of each pool, the device's own from now on. Raises gateway.tunnels.addresses.PoolFull."""
        ...

    async def with_addresses(self) -> Collection[DeviceId]:
        """Devices whose addresses do not rest."""
        ...

    async def release(self, device: DeviceId, now: datetime) -> None:
        """Its addresses rest from now on."""
        ...

    async def open(self, opened: Opened, entries: Sequence[Entry]) -> None:
        """Whichever was open of the same device is closed by it (`Why.OPENED_ANEW`)."""
        ...

    async def moved(self, opened: Opened, entries: Sequence[Entry]) -> None:
        """Its device is where `device_address` says from now on."""
        ...

    async def close(self, tunnel: TunnelId, why: Why, now: datetime, entries: Sequence[Entry]) -> bool:
        """False where it was closed already; then nothing is recorded."""
        ...

    async def open_ones(self) -> Sequence[Opened]: ...

    async def closed_since(self, moment: datetime) -> Sequence[Opened]: ...

    async def connected(self) -> Sequence[Connected]:
        """Connections that are recorded as begun and not as ended."""
        ...

    async def connections(
        self, begun: Sequence[Connected], ended: Collection[Line], entries: Sequence[Entry]
    ) -> None: ...

    async def forget(self, before: datetime) -> int:
        """Delete tunnels that were closed before a time, without open connections; the log keeps what they did."""
        ...
