"""Applications of the portal that an incident closes: shown as closed, so nobody thinks that a role is gone."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.authorize.closed_now import ClosedNow
from gateway.sessions.shown import Caller, Card


@dataclass(frozen=True, slots=True)
class ClosedCard:
    card: Card
    said: ClosedNow
    """What a refusal there says, and since when."""


ClosedCards = Callable[[Caller, datetime], Awaitable[Sequence[ClosedCard]]]
"""Those that the caller could open for the active municipality but for that."""


async def none_closed(_: Caller, __: datetime) -> Sequence[ClosedCard]:
    return ()
