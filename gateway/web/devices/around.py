"""What the pages of devices have to know beside the devices. Implemented by who composes the product."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.settings import Title
from config.vocabulary import ApplicationId, DeviceId
from gateway.authorize.device_closes import Closed
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened
from idp.directory.person import Person


@dataclass(frozen=True, slots=True)
class Beside:
    """What rests on a device now."""

    sessions: Sequence[Session]
    tunnel: Opened | None
    doubted: bool = False
    """The last tunnel was closed because its packets came from elsewhere than where the device is."""
    nowhere: bool = False
    """Nobody knows where the device is, so that it reaches nothing through its tunnel."""


class Around(Protocol):
    async def beside(self, device: Device) -> Beside: ...

    def suspended(self, device: DeviceId, now: datetime) -> bool:
        """By an officer, whatever its standing is."""
        ...

    async def closes(self, device: Device) -> Sequence[Closed]:
        """To its owner, at best. Raises DirectoryUnusable."""
        ...

    async def named(self, login: str) -> Sequence[Person]:
        """Whoever answers to the login. Raises DirectoryUnusable."""
        ...

    async def names_of(self, subjects: Collection[str]) -> Mapping[str, str]:
        """Who is not known is left out."""
        ...

    def title(self, application: ApplicationId) -> Title | None: ...

    def address(self) -> str:
        """Where agents enrol: an origin."""
        ...
