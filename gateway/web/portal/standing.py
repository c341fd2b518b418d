"""What somebody asked for that the portal tells of at once: emergency access that runs, orders that others ended."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import Title
from config.vocabulary import ApplicationId, SubjectId
from gateway.asks.ask import Ask, AskId, Kind
from gateway.asks.ended_orders import ended_by_others, who_ended
from gateway.authorize.closed_now import ClosedNow
from policies.model import Text

Asked = Callable[[SubjectId], Sequence[Ask]]
"""All that counts of what a person asked for; from memory."""
Closed = Callable[[Sequence[Ask]], Awaitable[Mapping[AskId, ClosedNow]]]
"""What an incident closes of them at the moment."""
Titled = Callable[[ApplicationId], Title | None]


def nobody_asked(_: SubjectId) -> Sequence[Ask]:
    return ()


def untitled(_: ApplicationId) -> Title | None:
    return None


async def nothing_closed(_: Sequence[Ask]) -> Mapping[AskId, ClosedNow]:
    return {}


@dataclass(frozen=True, slots=True)
class Standing:
    running: Sequence[Ask] = ()
    """Emergency access, the first to end first."""
    ended: Sequence[tuple[Ask, Text]] = ()
    """Orders that others ended, and what is told of each."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What the portal knows of them."""

    of: Asked = nobody_asked
    title: Titled = untitled
    closed: Closed = nothing_closed

    def standing(self, who: SubjectId, now: datetime) -> Standing:
        asks = self.of(who)
        uses = [one for one in asks if one.kind is Kind.EMERGENCY and one.runs(now)]
        return Standing(
            running=sorted(uses, key=lambda one: one.until),
            ended=[(one, who_ended(one)) for one in ended_by_others(asks, now)],
        )


NO_ASKS = Asks()
