"""What the portal needs to know and to have done. Implemented by who composes the product."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from config.vocabulary import MunicipalityCode
from gateway.sessions.shown import Card, Membership
from gateway.web.identity import Assertion
from idp.events import Origin


class PortalStore(Protocol):
    """All of these concern the caller alone. Acts are durable, and recorded, when they return."""

    async def cards(self, caller: Assertion, now: datetime) -> Sequence[Card]:
        """Applications that policies permit the caller to open for the active municipality."""

    async def memberships(self, caller: Assertion) -> Sequence[Membership]: ...

    async def switch(
        self, caller: Assertion, municipality: MunicipalityCode, *, origin: Origin, now: datetime
    ) -> None:
        """Make a municipality the active one of the caller's session; raises NotOwn."""
