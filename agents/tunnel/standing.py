"""When a device asks for its tunnel, and how long what it was given holds. Pure; time is an argument.

Laws: while the tunnel is wanted it is asked for before the gateway's time is over; what was given ends at its end, or
with a refusal, whatever else happens; a gateway that does not answer ends nothing before that.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from agents.protocol.messages import Refusal
from agents.protocol.tunnel import TunnelGiven

SHARE = 0.8  # of the time that the gateway gave: an answer may take its time
AGAIN = timedelta(seconds=15)  # after no answer, and after a refusal that may pass
SHORTEST = timedelta(seconds=5)

Trouble = Literal["unreachable", "refused", "failed", "over"]


@dataclass(frozen=True, slots=True)
class Standing:
    given: TunnelGiven | None = None
    ask_at: datetime | None = None
    """None: at once."""
    trouble: Trouble | None = None
    refusal: Refusal | None = None
    asked_at: datetime | None = field(default=None, compare=False)

    def due(self, now: datetime) -> bool:
        """A clock that was set back makes it due too: a device that does not ask reaches nothing."""
        back = self.asked_at is not None and now < self.asked_at
        return self.ask_at is None or now >= self.ask_at or back


def heard(state: Standing, said: TunnelGiven | Refusal | None, now: datetime) -> Standing:
    """`said`: None where no gateway answered."""
    match said:
        case TunnelGiven() if said.link is not None and said.link.until <= now:
            return Standing(None, now + AGAIN, "over", asked_at=now)
        case TunnelGiven():
            within = max(timedelta(seconds=said.again_within) * SHARE, SHORTEST)
            return Standing(said, now + within, asked_at=now)
        case Refusal():
            return Standing(None, now + AGAIN, "refused", said, asked_at=now)
        case None:
            known = ended(state, now)
            return replace(known, ask_at=now + AGAIN, trouble="unreachable", refusal=None, asked_at=now)


def ended(state: Standing, now: datetime) -> Standing:
    """As it is at that time: what is over is no longer given."""
    given = state.given
    if given is None or given.link is None or now < given.link.until:
        return state
    return replace(state, given=None, ask_at=None)


def until(state: Standing, now: datetime) -> datetime:
    """When something happens by itself."""
    times = [now if state.ask_at is None else state.ask_at]
    if state.given is not None and state.given.link is not None:
        times.append(state.given.link.until)
    return min(times)
