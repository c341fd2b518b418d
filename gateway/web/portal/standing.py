"""What somebody asked for that the portal tells of at once: emergency access that runs, orders that others ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.settings import Title
from config.vocabulary import ApplicationId, SubjectId
from gateway.asks.ask import Ask, Kind
from gateway.asks.ended_orders import ended_by_others, who_ended
from policies.model import Text

Asked = Callable[[SubjectId], Sequence[Ask]]
"""All that counts of what a person asked for; from memory."""
Titled = Callable[[ApplicationId], Title | None]


def nobody_asked(_: SubjectId) -> Sequence[Ask]:
    return ()


def untitled(_: ApplicationId) -> Title | None:
    return None


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

    def standing(self, who: SubjectId, now: datetime) -> Standing:
        asks = self.of(who)
        uses = [one for one in asks if one.kind is Kind.EMERGENCY and one.runs(now)]
        return Standing(
            running=sorted(uses, key=lambda one: one.until),
            ended=[(one, who_ended(one)) for one in ended_by_others(asks, now)],
        )


NO_ASKS = Asks()
