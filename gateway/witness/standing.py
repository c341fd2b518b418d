"""How a witness stands with our log, and what of a change is recorded. Pure.

Laws: what a witness refuses is told at once, and once for each reason; one that is away is told once it has been for
as long as patience says; and only what was told is said to be over. A refusal stands until the witness cosigns again:
that it is away meanwhile makes it no smaller.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from gateway.audit.acts import SYSTEM
from gateway.audit.cosignature import Cosignature
from gateway.audit.entry import Code, Entry, Outcome

PATIENCE = timedelta(minutes=15)
"""How long a witness may be away before it is recorded: a machine that starts anew is not news."""


class Alarm(StrEnum):
    """Why a witness refuses: our log is not the one that it has seen grow."""

    PUT_BACK = "witness_knows_more"
    OTHER_ROOT = "witness_knows_other_root"
    REWRITTEN = "witness_proof_wrong"
    NO_PROOF = "witness_without_proof"


class Trouble(StrEnum):
    """Why it does not cosign, though nothing speaks against the log."""

    UNREACHABLE = "witness_unreachable"
    ORIGIN_UNKNOWN = "witness_knows_no_such_log"
    KEY_NOT_TRUSTED = "witness_trusts_other_key"
    ANSWER_UNFIT = "witness_answer_unfit"


@dataclass(frozen=True, slots=True)
class Cosigned:
    origin: str
    size: int
    """Entries of its tree."""
    cosignature: Cosignature
    first: int = 0
    """Number of the tree's first entry."""


@dataclass(frozen=True, slots=True)
class Refused:
    alarm: Alarm
    origin: str
    ours: int
    """Entries of the log, up to the end of the checkpoint that was submitted."""
    theirs: int
    """Up to the end of what the witness speaks of."""


@dataclass(frozen=True, slots=True)
class Away:
    trouble: Trouble
    cause: str = ""


Answer = Cosigned | Refused | Away


WORST_FIRST = (Refused, Away, Cosigned)


def worst(answers: Sequence[Answer]) -> Answer:
    """Of what a witness says of several trees: what is refused of one is not made good by another."""
    return min(answers, key=lambda one: WORST_FIRST.index(type(one)))


class Standing(StrEnum):
    COSIGNING = "cosigning"
    AWAY = "away"
    REFUSING = "refusing"


@dataclass(frozen=True, slots=True)
class Stand:
    """`told`: an entry says so, of whoever asks."""

    standing: Standing
    since: datetime
    told: bool = False
    reason: str = ""
    size: int | None = None
    """That the witness speaks of, where it refuses."""


def heard(witness: str, before: Stand | None, answer: Answer, now: datetime) -> tuple[Stand, Sequence[Entry]]:
    """How it stands after an answer, and what is to be recorded."""
    match answer:
        case Cosigned():
            return _cosigned(witness, before, now)
        case Refused(alarm, origin, ours, theirs):
            if (
                before is not None
                and before.told
                and (before.standing, before.reason) == (Standing.REFUSING, alarm)
            ):
                return before, ()
            facts: dict[str, str | int] = {"origin": origin, "ours": ours, "theirs": theirs}
            stand = Stand(Standing.REFUSING, now, told=True, reason=alarm, size=theirs)
            return stand, [_entry(Code.WITNESS_REFUSED, witness, now, alarm, **facts)]
        case Away(trouble, cause):
            return _away(witness, before, trouble, cause, now)


def _cosigned(witness: str, before: Stand | None, now: datetime) -> tuple[Stand, Sequence[Entry]]:
    if before is not None and before.standing is Standing.COSIGNING:
        return before, ()
    entry = _entry(Code.WITNESS_RECOVERED, witness, now)
    return Stand(Standing.COSIGNING, now), [entry] if before is not None and before.told else []


def _away(
    witness: str, before: Stand | None, trouble: Trouble, cause: str, now: datetime
) -> tuple[Stand, Sequence[Entry]]:
    if before is not None and before.standing is Standing.REFUSING:
        return before, ()
    if before is None or before.standing is not Standing.AWAY:
        return Stand(Standing.AWAY, now, reason=trouble), ()
    if before.told or now - before.since < PATIENCE:
        return (before if before.told else replace(before, reason=trouble)), ()
    since = before.since.isoformat()
    entry = _entry(Code.WITNESS_UNREACHABLE, witness, now, trouble, cause=cause, since=since)
    return replace(before, told=True, reason=trouble), [entry]


def _entry(code: Code, witness: str, now: datetime, reason: str = "", **facts: str | int) -> Entry:
    outcome = Outcome.FAILURE if reason else Outcome.SUCCESS
    details: dict[str, str | int | float | bool | list[str]] = {"witness": witness, **facts}
    return Entry(code=code, outcome=outcome, at=now, subject=SYSTEM, reason=reason, details=details)
