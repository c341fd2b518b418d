"""Reporting as a machine without I/O. Time and chance are arguments; its state is kept on disk before anything is said.

The laws, whatever is answered, lost, repeated or ended in the middle:

- A number of a report is never said twice: it is in the kept state before the report is said.
- A nonce that was answered for is never said again.
- One report at a time is under way.
- While the gateway answers, a report is never farther than it asked for; while it does not, never farther than
  `LONGEST_WAIT`. A clock that is set back does not change that.
- Of a device that is gone nothing more is said.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agents.protocol.messages import Refusal, Reported, Standing

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=5)  # a posture counts for a quarter of an hour
EARLIEST, LATEST = 0.75, 0.95  # share of what the gateway asked for: a thousand devices spread
SOON = timedelta(seconds=5)  # after waking: the network comes a moment later than the machine
SHORTEST, LONGEST = timedelta(seconds=30), timedelta(days=1)
"""Between reports, whatever a gateway asks for."""
NO_NONCE = "none-is-known-here"
"""Where what was kept is gone: the gateway refuses it and tells the one of now."""
TELLS_NONCE = frozenset({"report_nonce_not_good", "report_out_of_order"})
GONE = "device_gone"


@dataclass(frozen=True, slots=True)
class Uplink:
    """What is kept."""

    nonce: str = NO_NONCE
    sequence: int = 0
    """The last that was said, or was about to be."""
    standing: Standing = Standing.WAITING
    every: timedelta = LONGEST_WAIT
    due_at: datetime | None = None
    """None: at once."""
    failures: int = 0
    once_more: bool = False
    """The gateway told another nonce, and the report was said again with it."""
    failing: tuple[str, ...] = ()
    reported_at: datetime | None = None
    under_way: bool = False

    @property
    def gone(self) -> bool:
        return self.standing in (Standing.RETIRED, Standing.LOST)


@dataclass(frozen=True, slots=True)
class Passed:
    """Time. `otherwise`: what the device would say is other than what was last taken."""

    otherwise: bool = False


class Woken:
    """The machine slept, or has another network."""


class Lost:
    """No answer, or none that a gateway gives."""


@dataclass(frozen=True, slots=True)
class Say:
    """A report, once the state is kept."""

    nonce: str
    sequence: int


Event = Passed | Woken | Reported | Refusal | Lost


def begun(state: Uplink) -> Uplink:
    """As it was kept: whatever was under way then is lost, and the schedule of another start with it."""
    return replace(state, under_way=False, due_at=None, once_more=False)


def step(state: Uplink, event: Event, now: datetime, chance: float) -> tuple[Uplink, Say | None]:
    """`now`: aware; `chance`: drawn from [0, 1)."""
    if state.gone:
        return replace(state, under_way=False), None
    match event:
        case Passed(otherwise):
            return _passed(state, now, otherwise=otherwise)
        case Woken():
            soon = now + SOON * chance
            return replace(state, due_at=soon if state.due_at is None else min(state.due_at, soon)), None
        case Reported() | Refusal() | Lost() if state.under_way:
            return _heard(replace(state, under_way=False), event, now, chance)
    return state, None


def beside(state: Uplink, now: datetime) -> tuple[Uplink, Say]:
    """A number and the nonce for something that is said between reports. Kept before it is said, as theirs are."""
    assert not state.under_way
    state, say = _say(state, now)
    return replace(state, under_way=False), say


def told(state: Uplink, nonce: str | None) -> Uplink:
    """By the answer to that."""
    return state if nonce is None else replace(state, nonce=nonce)


def _heard(
    state: Uplink, event: Reported | Refusal | Lost, now: datetime, chance: float
) -> tuple[Uplink, Say | None]:
    match event:
        case Reported():
            return _reported(state, event, now, chance), None
        case Refusal():
            return _refused(state, event, now, chance)
        case Lost():
            return _later(state, now, chance), None


def next_at(state: Uplink, now: datetime) -> datetime:
    """When to look again at the latest."""
    most = LONGEST_WAIT if state.failures else state.every
    return now if state.due_at is None else min(state.due_at, now + most)


def _passed(state: Uplink, now: datetime, *, otherwise: bool) -> tuple[Uplink, Say | None]:
    if state.under_way:
        return state, None
    # What changed is told at once, but a gateway that does not answer is asked no oftener for it.
    if (otherwise and not state.failures) or state.due_at is None or now >= state.due_at:
        return _say(state, now)
    return replace(state, due_at=next_at(state, now)), None


def _say(state: Uplink, now: datetime) -> tuple[Uplink, Say]:
    # Seconds since 1970 at least: a state that was brought back from a copy goes on above what was said since.
    sequence = max(state.sequence + 1, int(now.astimezone(UTC).timestamp()))
    return replace(state, sequence=sequence, under_way=True), Say(state.nonce, sequence)


def _reported(state: Uplink, said: Reported, now: datetime, chance: float) -> Uplink:
    every = timedelta(seconds=min(max(said.report_within, SHORTEST.seconds), LONGEST.total_seconds()))
    # Who was let in just now asks for a certificate in a report of its own.
    let_in = said.standing is Standing.ACTIVE and state.standing is not Standing.ACTIVE
    wait = SOON * chance if let_in else every * (EARLIEST + (LATEST - EARLIEST) * chance)
    return replace(
        state,
        nonce=said.nonce,
        standing=said.standing,
        every=every,
        due_at=now + wait,
        failures=0,
        once_more=False,
        failing=tuple(said.failing),
        reported_at=now,
    )


def _refused(state: Uplink, refusal: Refusal, now: datetime, chance: float) -> tuple[Uplink, Say | None]:
    if refusal.reason == GONE:
        return replace(state, standing=Standing.RETIRED, due_at=None), None
    told = refusal.nonce is not None and refusal.reason in TELLS_NONCE
    if refusal.nonce is not None:
        state = replace(state, nonce=refusal.nonce)
    if told and not state.once_more:
        return _say(replace(state, once_more=True), now)
    return _later(state, now, chance), None


def _later(state: Uplink, now: datetime, chance: float) -> Uplink:
    doubled = FIRST_WAIT * 2 ** min(state.failures, 10)
    wait = min(doubled, LONGEST_WAIT) * (0.5 + chance / 2)
    return replace(state, failures=state.failures + 1, due_at=now + wait, once_more=False)
