"""What the officers' pages need to know of everybody's sessions. Implemented by who composes the product.

Every question carries who asks, so that an answer can be kept to the municipality they may see. What they ask
the log itself is `gateway.audit.search`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.vocabulary import MunicipalityCode, SessionId, SubjectId
from gateway.web.identity import Assertion
from idp.events import Origin


class SessionUnknown(Exception):
    """No open session has this name (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    session: SessionId
    subject: SubjectId
    name: str
    login: str
    municipality: MunicipalityCode
    address: str
    user_agent: str
    since: datetime
    last_seen: datetime


class Sessions(Protocol):
    async def live(self, caller: Assertion, now: datetime) -> Sequence[LiveSession]: ...

    async def end(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """End somebody's session, recorded as the caller's act; raises SessionUnknown."""
