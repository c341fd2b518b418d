"""Enrolment as a machine without I/O: what was answered comes in, what to do next goes out.

    BEGINNING --challenge--> PROVING --enrolled--> DONE        refused anywhere --> OVER

The laws:

- The proof is said as often as no answer comes, for it alone spends the code; it is always the same proof.
- Where a proof may have been heard and its answer was lost, a refusal of the code is `IN_DOUBT`: the device may stand
  at the gateway already, under a key that is not used again.
- So it is where a code that was good for a challenge is spent at the proof: the proof may have been doubled on its way.
- After `MOST_TRIES` without an answer it gives up: somebody sits before it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from agents.protocol.messages import Challenge, Enrolled, Refusal

MOST_TRIES = 5
FIRST_WAIT = timedelta(seconds=1)  # doubled each time: a person waits 15 s at most
CODE_REFUSED = frozenset({"device_code_not_good", "device_challenge_not_good", "device_key_in_use"})
"""Of the gateway, for what a proof that was heard has used up."""

SPENT = frozenset({"device_code_not_good", "device_key_in_use"})
"""Of the gateway, for a code that it took a moment before: something has spent it since."""


class Stage(StrEnum):
    BEGINNING = "beginning"
    PROVING = "proving"
    DONE = "done"
    OVER = "over"


class Ending(StrEnum):
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    IN_DOUBT = "in_doubt"


class Lost:
    """No answer, or none that a gateway gives."""


LOST = Lost()


@dataclass(frozen=True, slots=True)
class SayBegin:
    """After `wait`."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class SayComplete:
    nonce: str
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Keep:
    enrolled: Enrolled


@dataclass(frozen=True, slots=True)
class GiveUp:
    ending: Ending
    refusal: Refusal | None = None


Action = SayBegin | SayComplete | Keep | GiveUp
Event = Challenge | Enrolled | Refusal | Lost


@dataclass(frozen=True, slots=True)
class Enrolment:
    stage: Stage = Stage.BEGINNING
    nonce: str | None = None
    tries: int = 1
    doubtful: bool = False
    """A proof was said that was not answered."""


NONE = timedelta(0)


def begun() -> tuple[Enrolment, Action]:
    return Enrolment(), SayBegin(NONE)


def step(state: Enrolment, event: Event, now: datetime) -> tuple[Enrolment, Action]:
    """Not after an end. `now`: aware."""
    match state.stage, event:
        case ((Stage.BEGINNING | Stage.PROVING), Refusal(again="never")):
            return _over(state, event)
        case ((Stage.BEGINNING | Stage.PROVING), (Refusal() | Lost())):
            return _again(state, event)
        case Stage.BEGINNING, Challenge():
            if event.expires_at <= now - CLOCKS_MAY_DIFFER:
                return _again(state, LOST)
            return Enrolment(Stage.PROVING, event.nonce), SayComplete(event.nonce, NONE)
        case Stage.PROVING, Enrolled():
            return replace(state, stage=Stage.DONE), Keep(event)
        case _:
            raise AssertionError(f"{type(event).__name__} in {state.stage}")


CLOCKS_MAY_DIFFER = timedelta(days=1)
"""The gateway's clock counts. A challenge that is over by more is none that it gave just now."""


def _over(state: Enrolment, refusal: Refusal) -> tuple[Enrolment, Action]:
    doubled = state.stage is Stage.PROVING and refusal.reason in SPENT
    doubt = doubled or (state.doubtful and refusal.reason in CODE_REFUSED)
    ending = Ending.IN_DOUBT if doubt else Ending.REFUSED
    return replace(state, stage=Stage.OVER), GiveUp(ending, refusal)


def _again(state: Enrolment, event: Refusal | Lost) -> tuple[Enrolment, Action]:
    lost_proof = state.stage is Stage.PROVING and isinstance(event, Lost)
    state = replace(state, doubtful=state.doubtful or lost_proof)
    if state.tries == MOST_TRIES:
        ending = Ending.IN_DOUBT if state.doubtful else Ending.UNREACHABLE
        return replace(state, stage=Stage.OVER), GiveUp(ending, event if isinstance(event, Refusal) else None)
    wait = FIRST_WAIT * 2 ** (state.tries - 1)
    state = replace(state, tries=state.tries + 1)
    return state, SayBegin(wait) if state.nonce is None else SayComplete(state.nonce, wait)
