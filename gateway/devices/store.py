"""What the office of devices needs of whatever keeps them. All raise the keeper's own errors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cryptography import x509

from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from gateway.audit.entry import Entry
from gateway.devices.authority import Authority, Issued
from gateway.devices.code import Code
from gateway.devices.device import Device
from gateway.devices.history import Change


class Beside(Protocol):
    """What other devices have, asked in the transaction that is open."""

    def key_in_use(self, key: bytes) -> bool:
        """Also of one that is gone: a key never comes back."""
        ...

    def tunnel_key_in_use(self, key: str, but: DeviceId) -> bool: ...


@dataclass(frozen=True, slots=True)
class Stepped:
    """`change`: for its history."""

    device: Device
    entries: Sequence[Entry]
    change: Change | None = None
    issued: Issued | None = None


@dataclass(frozen=True, slots=True)
class CodeStepped:
    """`device`: the one that the code enrolled."""

    code: Code
    entries: Sequence[Entry] = ()
    device: Device | None = None
    issued: Issued | None = None


Step = Callable[[Device | None, Beside], Stepped]
"""Called within the transaction; what it raises leaves everything as it was. None: there is no such device."""
CodeStep = Callable[[Code | None, Beside], CodeStepped]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Empty: all."""

    municipality: MunicipalityCode | None = None
    owner: SubjectId | None = None
    gone: bool = False
    """Those too."""


class DeviceStore(Protocol):
    async def authority(self, make: Callable[[], tuple[Authority, Entry]]) -> Authority:
        """The one that issues; the first time it is made and recorded."""
        ...

    async def certificates(self) -> Sequence[x509.Certificate]:
        """Of all authorities that ever issued, the newest first; none before the first was made."""
        ...

    async def issue(self, text: str, code: Code, entry: Entry, most: int, most_own: int) -> None:
        """Raises ActRefused where whoever issues it has `most` good ones already, or issues it to themselves and has
        `most_own` of them and of devices.
        """
        ...

    async def code(self, text: str) -> Code | None: ...

    async def with_code(self, text: str, step: CodeStep) -> CodeStepped:
        """A code that is there, and the device it enrols, are kept as the step says."""
        ...

    async def change(self, name: DeviceId, step: Step) -> Stepped:
        """With the device as it is kept, its version among it."""
        ...

    async def heard(self, reported: Device) -> Device | None:
        """As `reporting.unchanged` made it of the device of the version it bears: with the version it has by now, or
        None where it is not kept in that version any more, and nothing of it was written. May wait a moment, so that
        several are kept together.
        """
        ...

    async def device(self, name: DeviceId) -> Device | None: ...

    async def find(self, sought: Sought) -> Sequence[Device]:
        """By municipality and name."""
        ...

    async def since(self, version: int) -> Sequence[Device]:
        """Those that changed behind it, in order; 0: all."""
        ...

    async def history(self, name: DeviceId) -> Sequence[Change]:
        """The newest first."""
        ...

    async def forget(
        self, before: datetime, now: datetime, entry: Callable[[Device], Entry]
    ) -> Sequence[DeviceId]:
        """Delete some of those that are gone since before that, each with its entry. Those of which it is not kept
        since when they are gone are so since now.
        """
        ...

    async def silent(self, before: datetime) -> Sequence[DeviceId]:
        """In use, last heard of before that, and not known to be stale."""
        ...
