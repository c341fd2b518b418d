"""What the office of tunnels knows of each that is open, and what it needs of others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import DeviceId
from gateway.authorize.through_tunnel import Decided
from gateway.devices.device import Device
from gateway.sessions.session import Session
from gateway.tunnel_sessions.opened import Opened, Why
from gateway.tunnel_sessions.pages import NONE, Pages
from gateway.tunnel_sessions.targets import Targets
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.peers import Network
from gateway.tunnels.permits import Admitted
from idp.events import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Of the configuration."""

    targets: Targets
    pools: Sequence[Network]
    longest: timedelta
    pages: Pages = NONE


class NotOpened(Exception):
    """The tunnel stays closed; it is recorded."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Devices(Protocol):
    """What is needed of `gateway.devices.known.Known`."""

    def by_id(self, name: DeviceId) -> Device | None: ...


class Process(Protocol):
    """What is needed of `gateway.tunnels.line.Line`. Raises TunnelAway."""

    async def admit(self, one: Admitted) -> None: ...

    async def revoke(self, key: TunnelKey) -> None: ...


async def nothing_granted(_: DeviceId) -> None:
    """Where no request comes through tunnels."""


@dataclass(slots=True)
class Held:
    opened: Opened
    session: Session | None = None
    decided: Decided | None = None
    told: Decided | None = None
    """What of it is in the log."""
    admitted: Admitted | None = None
    unknown: Why | None = None
    """Why nobody knows where its device is, as it is in the log."""
    doubtful: bool = True
    not_before: datetime | None = None
    """When it is looked at again after that failed."""
    ending: tuple[Why, Origin | None] | None = None
    """Why it is over, where that could not be kept yet, and by whose act."""
    answers_until: datetime | None = None
    """Until when the answer to who signed out passes yet."""
    taken_back: bool = False
    """Whether what was granted by it is, since it is `ending`."""
    acting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def passes(self, now: datetime) -> bool:
        """Whether packets of its device are let through."""
        return self.ending is None and self.admitted is not None and self.admitted.awake(now)
