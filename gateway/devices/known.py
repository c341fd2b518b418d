"""What decisions have to know of devices, in the memory of a control plane.

Decisions read no database for it: devices are read when the control plane starts, what changed of them whenever another
node tells so, and whoever changes one here puts it.
"""

from collections.abc import Callable, Iterable, Sequence

from config.vocabulary import DeviceId, SubjectId
from gateway.devices.device import Device

Heard = Callable[[Sequence[Device]], object]
"""Told of devices, as they are by now, about which something that a verdict may rest on has changed."""


class Known:
    """One per control plane, used from its event loop."""

    def __init__(self) -> None:
        self._devices: dict[DeviceId, Device] = {}
        self._by_thumbprint: dict[str, DeviceId] = {}
        self._by_owner: dict[SubjectId, set[DeviceId]] = {}
        self._heard: list[Heard] = []
        self._whole = False
        self.read_to = 0
        """Everything that changed up to here is known; behind it is what was only put."""
        self.version = 0
        """Raised by each change of this memory."""

    def __len__(self) -> int:
        return len(self._devices)

    def by_id(self, name: DeviceId) -> Device | None:
        return self._devices.get(name)

    def by_thumbprint(self, thumbprint: str) -> Device | None:
        """Whose certificate that is: the newest, or the one before; whether it is still in force is for the caller."""
        name = self._by_thumbprint.get(thumbprint)
        return None if name is None else self._devices[name]

    def all(self) -> Sequence[Device]:
        return tuple(self._devices.values())

    def of_owner(self, owner: SubjectId) -> Sequence[Device]:
        """In no order; those that are gone too."""
        return [self._devices[name] for name in self._by_owner.get(owner, ())]

    def subscribe(self, heard: Heard) -> None:
        self._heard.append(heard)

    def take(self, devices: Iterable[Device]) -> None:
        """The database's word on everything that changed behind `read_to`. What is older than what was put is left."""
        told = list(devices)
        first, self._whole = not self._whole, True
        changed = [one for one in told if self._put(one)]
        self.read_to = max((one.version for one in told), default=self.read_to)
        if not first:  # at a start nothing was decided yet
            self._tell(changed)

    def put(self, device: Device) -> None:
        """It was changed here; durable already."""
        if self._put(device):
            self._tell([device])

    def forget(self, names: Iterable[DeviceId]) -> None:
        """Of devices that are gone, and were deleted: no verdict rests on them."""
        for name in names:
            self._disown(self._devices.pop(name, None))

    def _put(self, device: Device) -> bool:
        """Whether something that a verdict may rest on is other."""
        before = self._devices.get(device.id)
        if before is not None and before.version >= device.version:
            return False
        for leaf in () if before is None else before.leaves:
            self._by_thumbprint.pop(leaf.thumbprint, None)
        self._disown(before)
        self._devices[device.id] = device
        if device.owner is not None:
            self._by_owner.setdefault(device.owner, set()).add(device.id)
        self._by_thumbprint |= {leaf.thumbprint: device.id for leaf in device.leaves}
        self.version += 1
        return before is None or before.generation != device.generation

    def _disown(self, device: Device | None) -> None:
        if device is not None and device.owner is not None:
            theirs = self._by_owner[device.owner]
            theirs.discard(device.id)
            if not theirs:
                del self._by_owner[device.owner]

    def _tell(self, changed: Sequence[Device]) -> None:
        if changed:
            for heard in self._heard:
                heard(changed)
