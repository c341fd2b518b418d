"""How somebody stands who looks at a page of ours: when the sign-in ends, and what they are to be told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.settings import SignIn
from config.vocabulary import SessionId, SubjectId
from gateway.sessions.session import Session
from gateway.sessions.store import SessionStore
from idp.login.new_device import NewDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When a sign-in ends by itself."""

    idle: datetime
    """If nothing more is asked for."""
    latest: datetime
    """However busy the person is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStatus:
    ending: Ending
    new_devices: tuple[NewDevice, ...] = ()
    """Sign-ins with browsers that were new, of which the person has not yet said whose they were."""


NewDevicesOf = Callable[[SubjectId], Awaitable[Sequence[NewDevice]]]


@dataclass(frozen=True, slots=True)
class SessionStatuses:
    store: SessionStore
    limits: SignIn
    new_devices: NewDevicesOf

    async def of(self, sid: SessionId, now: datetime) -> SessionStatus | None:
        """Of a session whose request is being answered, which counts as activity; None for one that has ended."""
        session = next((one for one in await self.store.by_ids([sid]) if one.ended_at is None), None)
        if session is None:
            return None
        found = await self.new_devices(session.subject)
        return SessionStatus(
            ending=ending_of(replace(session, last_seen_at=now), self.limits),
            new_devices=tuple(one for one in found if one.session != session.provider_sid),
        )


def ending_of(session: Session, limits: SignIn) -> Ending:
    return Ending(idle=session.idle_end(limits), latest=session.latest_end(limits))
