"""Peers that the process of the tunnel has: which key is which device's, also while a tunnel is suspended or closed.

Laws: no key is of two devices; who is gone, or has another key by now, has no peer and no addresses any more.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import structlog

from config.vocabulary import DeviceId
from gateway.authorize.tunnel_held import Devices, NotOpened, Process
from gateway.authorize.tunnel_places import DevicePlaces
from gateway.devices.device import Device
from gateway.tunnel_sessions.opened import Why
from gateway.tunnel_sessions.store import TunnelStore
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.line import TunnelAway
from gateway.tunnels.permits import Admitted

log = structlog.get_logger("tunnels")
Strangers = Mapping[DeviceId, TunnelKey | None]


class TunnelPeers:
    """Of an office of tunnels, used from its event loop."""

    def __init__(
        self,
        store: TunnelStore,
        process: Process,
        devices: Devices,
        places: DevicePlaces,
        clock: Callable[[], datetime],
    ) -> None:
        self._store, self._process, self._devices = store, process, devices
        self._places, self._clock = places, clock
        self._keys: dict[DeviceId, TunnelKey] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    def has(self, name: DeviceId, key: TunnelKey) -> None:
        self._keys[name] = key

    def taken(self, name: DeviceId, key: TunnelKey) -> bool:
        """Whether another device has that key."""
        return any(other == key and whose != name for whose, other in self._keys.items())

    def changed(self, devices: Sequence[Device]) -> None:
        """`devices`: without an open tunnel."""
        strangers = {one.id: self._keys.get(one.id) for one in devices if self._stranger(one)}
        if strangers:
            task = asyncio.ensure_future(self._forget_soon(strangers))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    def _stranger(self, device: Device) -> bool:
        """Whether the peer that may be there of a device is not the device's any more."""
        return device.gone or self._keys.get(device.id, device.tunnel_key) != device.tunnel_key

    async def _forget_soon(self, strangers: Strangers) -> None:
        try:
            await self.forget(strangers)
        except Exception as error:  # noqa: BLE001 - their peers are gone; addresses are looked at in `take_up` again
            log.warning("tunnels.not_forgotten", devices=sorted(strangers), cause=repr(error))

    async def silence(self, one: Admitted) -> None:
        """Of another person: what stands would go on in the name of whoever has it next. Raises NotOpened where nobody
        knows that it does not.
        """
        try:
            await self._process.admit(one)
        except TunnelAway as away:
            raise NotOpened(Why.AWAY) from away

    async def replace(self, name: DeviceId, key: TunnelKey) -> None:
        """No address is of two peers."""
        if self._keys.get(name, key) != key:
            await self.forget({name: self._keys[name]})

    async def forget(self, strangers: Strangers) -> None:
        """Peers of devices that are gone, or have another key by now."""
        for name, key in strangers.items():
            if key is not None and self._keys.get(name) == key:
                del self._keys[name]
                with contextlib.suppress(TunnelAway):
                    await self._process.revoke(key)
            if (device := self._devices.by_id(name)) is None or device.gone:
                self._places.forget(name)
                await self._store.release(name, self._clock())
