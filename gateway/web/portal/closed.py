"""Applications of the portal that an incident or the clock closes: shown, so nobody thinks that a role is gone."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.authorize.closed_now import ClosedNow
from gateway.sessions.shown import Caller, Card
from gateway.web.refusal import Asked
from policies.model import Text


@dataclass(frozen=True, slots=True)
class ClosedCard:
    card: Card
    said: ClosedNow
    """What a refusal there says, and since when."""


@dataclass(frozen=True, slots=True)
class ByHours:
    """Closed by the clock alone."""

    card: Card
    title: Text
    """These two as a refusal there says them."""
    advice: Text
    ask: str | Asked = ""
    """Where its page would lead; empty: asking does not mend it."""


ClosedCards = Callable[[Caller, datetime], Awaitable[Sequence[ClosedCard | ByHours]]]
"""Those that the caller could open for the active municipality but for that."""


async def none_closed(_: Caller, __: datetime) -> Sequence[ClosedCard | ByHours]:
    return ()
