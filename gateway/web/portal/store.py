"""What the portal needs to know and to have done. Implemented by who composes the product."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.settings import Title
from config.vocabulary import ApplicationId, MunicipalityCode, Role, SessionId
from gateway.web.identity import Assertion
from idp.events import Origin


class NotOwn(Exception):
    """The municipality or session is not one of this person's (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One application that the person may open now, for the active municipality."""

    application: ApplicationId
    title: Title
    description: Title
    address: str
    """`https://…` of its start page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A municipality in which the person holds roles."""

    code: MunicipalityCode
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    session: SessionId
    address: str
    user_agent: str
    since: datetime
    last_seen: datetime


class PortalStore(Protocol):
    """All of these concern the caller alone. Acts are durable, and recorded, when they return."""

    async def cards(self, caller: Assertion, now: datetime) -> Sequence[Card]:
        """Applications that policies permit the caller to open for the active municipality."""

    async def memberships(self, caller: Assertion) -> Sequence[Membership]: ...

    async def sessions(self, caller: Assertion, now: datetime) -> Sequence[OwnSession]:
        """Open sessions of the caller, this one among them."""

    async def switch(
        self, caller: Assertion, municipality: MunicipalityCode, *, origin: Origin, now: datetime
    ) -> None:
        """Make a municipality the active one of the caller's session; raises NotOwn."""

    async def end(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """Sign out one of the caller's sessions; raises NotOwn."""

    async def end_all(self, caller: Assertion, *, origin: Origin, now: datetime) -> None:
        """Sign out all sessions of the caller, this one too."""
