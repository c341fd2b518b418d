"""What a step of the machine changes in the book, and what it leaves to the caller."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from config.vocabulary import SessionId
from idp.login import flow as machine
from idp.login import throttle
from idp.login.book import Book, Flow, at
from idp.login.effects import (
    Ask,
    AskDirectory,
    AskPerson,
    AskUpstream,
    ChangePassword,
    Effect,
    GiveBack,
    KeepAuthenticator,
    OpenSession,
    Record,
    RenewRecoveryCodes,
    SpendEnrolmentCode,
    SpendRecoveryCode,
    Tell,
)
from idp.login.inputs import Input
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.spoken_code import SpokenCode
from idp.login.states import Checking, Failed, SignedIn, State


class SpentMeanwhile(Exception):
    """A code that worked once was to be used again within one transaction: a fault of ours, nothing is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a sign-in stands after a step."""

    flow: Flow | None
    """None: over, or never there."""
    told: Tell | None = None
    ask: Ask | None = None
    """For the directory, outside the transaction; the answer goes to the second half of the step."""
    checking: Checking | None = None
    codes: tuple[SpokenCode, ...] = field(default=(), repr=False)
    """Recovery codes to be shown now or never."""
    opening: OpenSession | None = None
    session: Session | None = None
    ended: tuple[SessionId, ...] = ()
    """Sessions that ended through this step."""


UNKNOWN = Progress(flow=None, told=Tell(Refusal.FLOW_UNKNOWN))


OUT_OF_TURN = Tell(Refusal.OUT_OF_TURN)


def out_of_turn(flow: Flow | None) -> Progress:
    return Progress(flow=flow, told=OUT_OF_TURN)


def stepped(book: Book, flow: Flow, state: State, event: Input, now: datetime) -> Progress:
    """One step from `state`, which is the flow's or a transient one that it led to, and all it changes."""
    following, effects = machine.step(state, event, now)
    checking = following if isinstance(following, Checking) else None
    kept = at(flow, following if checking is None else checking.waiting)
    if isinstance(following, SignedIn | Failed):
        book.drop_flow(flow.id)
    elif kept is not None and kept != flow:
        book.keep_flow(kept)
    return carried_out(book, Progress(flow=kept, checking=checking), effects, now)


def carried_out(book: Book, progress: Progress, effects: Sequence[Effect], now: datetime) -> Progress:
    """`progress` after the effects, which are in the book then."""
    for effect in effects:
        match effect:
            case Record(event):
                book.record(event)
            case GiveBack(taken):
                throttle.give_back(book, taken, now)
            case KeepAuthenticator(authenticator):
                book.keep_authenticator(authenticator)
            case SpendRecoveryCode() | SpendEnrolmentCode():
                _spend(book, effect, now)
            case RenewRecoveryCodes(subject, codes):
                book.renew_recovery_codes(subject, codes, now)
                progress = replace(progress, codes=codes)
            case AskDirectory() | AskPerson() | AskUpstream() | ChangePassword():
                progress = replace(progress, ask=effect)
            case Tell():
                progress = replace(progress, told=effect)
            case OpenSession():
                progress = replace(progress, opening=effect)
            case _:
                assert_never(effect)
    return progress


def _spend(book: Book, effect: SpendRecoveryCode | SpendEnrolmentCode, now: datetime) -> None:
    if isinstance(effect, SpendRecoveryCode):
        spent = book.spend_recovery_code(effect.subject, effect.code, now)
    else:
        spent = book.spend_enrolment_code(effect.code, now)
    if not spent:
        raise SpentMeanwhile
