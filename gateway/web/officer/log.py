"""What the officers' pages need to know of everybody's sessions. Implemented by who composes the product.

Every question carries who asks, so that an answer can be kept to the municipality they may see. What they ask
the log itself is `gateway.audit.search`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from config.vocabulary import SessionId
from gateway.sessions.shown import LiveSession
from gateway.web.identity import Assertion
from idp.events import Origin


class Sessions(Protocol):
    async def live(self, caller: Assertion, now: datetime) -> Sequence[LiveSession]: ...

    async def end(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """End somebody's session, recorded as the caller's act; raises SessionUnknown."""
        ...

    async def recheck(self, caller: Assertion, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """Have the person of a session read again in the directory; an entry of the caller's session tells what
        came of it. Raises SessionUnknown.
        """
        ...
