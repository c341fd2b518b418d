"""Ends of tunnels that hold, and that the database does not know yet: whoever begins anew takes them from here."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from gateway.tunnel_sessions.opened import TunnelId, Why
from idp.events import Origin


class End(msgspec.Struct, frozen=True, kw_only=True):
    tunnel: TunnelId
    why: Why
    address: str | None = None
    """By whose act it is over; None: by nobody's."""
    request_id: str = ""

    @classmethod
    def of(cls, tunnel: TunnelId, why: Why, origin: Origin | None) -> "End":
        if origin is None:
            return cls(tunnel=tunnel, why=why)
        return cls(tunnel=tunnel, why=why, address=origin.address, request_id=origin.request_id)

    @property
    def ending(self) -> tuple[Why, Origin | None]:
        if self.address is None:
            return self.why, None
        return self.why, Origin(address=self.address, request_id=self.request_id)


class Ends(Protocol):
    """Durable, and not in the database; implemented by `gateway.storage.tunnel_ends`."""

    def read(self) -> Mapping[TunnelId, End]: ...

    async def keep(self, end: End) -> None: ...

    async def forget(self, tunnel: TunnelId) -> None: ...
