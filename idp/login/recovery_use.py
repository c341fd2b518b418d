"""One use of the recovery administrator's account.

`count` knows the right secret by its fingerprint, and whoever has another pays a guess of the place it comes from. The
right one is then compared with its hash, which takes time, outside a transaction; `use` looks at the account again and
spends it with the session it opens. Laws: a secret that was used, taken back or replaced opens nothing; of two uses at
once one wins; a wrong second factor spends nothing, and guesses of it are counted; strangers' tries, however many and
from wherever, keep the right secret from nothing: neither by counting nor by work.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from config.vocabulary import (
    RECOVERY_ADMINISTRATOR,
    RECOVERY_LIFETIME,
    AuthenticationLevel,
    Language,
    SessionId,
)
from idp import events
from idp.events import EndReason, Origin
from idp.login import desk, purses, throttle, totp
from idp.login.book import Limits
from idp.login.desk import Caller, Fresh
from idp.login.handle import HandleHash
from idp.login.recovery import LOGIN, Account, Ending, RecoveryBook, person
from idp.login.session import Session
from idp.login.throttle import Exhausted, Taken


class RecoveryRefusal(StrEnum):
    """Why nobody was let in, for the log; the page says one thing for all but waiting and trouble of ours."""

    NOT_ISSUED = "recovery_not_issued"
    SPENT = "recovery_spent"
    """Used, taken back or replaced while this use was under way."""
    WRONG = "recovery_wrong"
    CODE_WRONG = "recovery_factor_wrong"
    TOO_MANY = "recovery_too_many_attempts"
    BUSY = "recovery_busy"


RIGHT_SECRET = frozenset({RecoveryRefusal.SPENT, RecoveryRefusal.CODE_WRONG})
"""Nobody hears these without the right secret; there are few, as guesses of the second factor are counted."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A use that may be tried."""

    account: Account | None
    taken: Taken
    compare: bool
    """Whether the secret is to be compared with `account`'s hash; if not, it is wrong."""


@dataclass(frozen=True, slots=True)
class Refused:
    reason: RecoveryRefusal
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    session: Session
    ended: tuple[SessionId, ...]
    """Somebody else's session in this browser."""


def count(
    book: RecoveryBook, caller: Caller, limits: Limits, now: datetime, fingerprint: bytes | None = None
) -> Counted | Refused:
    """Pay for a try, unless it is the right secret's. Only places pay: 150 bits cannot be guessed, and nobody may keep
    the last resort from others. `fingerprint`: of the secret, where what was typed can be one.
    """
    account = book.recovery()
    if account is not None and account.ended_at is not None:
        account = None
    known = account.fingerprint if account is not None else None
    if known is not None and fingerprint is not None and compare_digest(known, fingerprint):
        return Counted(account, Taken(now, ()), compare=True)
    taken = throttle.take(book, purses.of_recovery(caller.origin.address, limits), now)
    if isinstance(taken, Exhausted):
        return _refused(book, "", Refused(RecoveryRefusal.TOO_MANY, taken.until), caller, now)
    return Counted(account, taken, compare=account is not None and known is None and fingerprint is not None)


def use(
    book: RecoveryBook,
    counted: Counted,
    right: bool,  # noqa: FBT001 - of the secret, as it was compared
    code: str,
    caller: Caller,
    limits: Limits,
    fresh: Fresh,
    now: datetime,
    previous: HandleHash | None,
) -> Opened | Refused:
    """Spend the account and open its session, in one transaction; `previous` is the browser's session, if any."""
    account, present = counted.account, book.recovery()
    refusal = _why_not(book, account, present, right, code, limits, now)
    if isinstance(refusal, Refused):
        return _refused(book, account.id if account else "", refusal, caller, now)
    assert account is not None
    assert present is not None
    book.keep_recovery(replace(present, code=refusal, ended_at=now, ending=Ending.USED))
    throttle.give_back(book, counted.taken, now)
    before = desk.live(book, previous, limits, now) if previous is not None else None
    over = desk.end(book, (before,), EndReason.REPLACED, caller.origin, now) if before is not None else ()
    session = _session(account, caller.origin, fresh, now)
    book.keep_session(session)
    book.record(
        events.RecoveryUsed(
            at=now, origin=caller.origin, subject=RECOVERY_ADMINISTRATOR, person=LOGIN, account=account.id,
            session=session.sid, level=session.level, methods=session.methods,
        )
    )  # fmt: skip
    return Opened(session, over)


def refuse_busy(book: RecoveryBook, counted: Counted, caller: Caller, now: datetime) -> Refused:
    """Too many secrets are being compared already; this try cost nothing."""
    throttle.give_back(book, counted.taken, now)
    return _refused(book, "", Refused(RecoveryRefusal.BUSY), caller, now)


def _why_not(
    book: RecoveryBook,
    account: Account | None,
    present: Account | None,
    right: bool,  # noqa: FBT001 - as `use` has it
    code: str,
    limits: Limits,
    now: datetime,
) -> Refused | totp.Enrolled | None:
    """The second factor as it is after this use, if there is one; or why there is none."""
    if account is None or present is None:
        return Refused(RecoveryRefusal.NOT_ISSUED)
    if not right:
        return Refused(RecoveryRefusal.WRONG)
    if present.id != account.id or present.ended_at is not None:
        return Refused(RecoveryRefusal.SPENT)
    return _second_factor(book, present, present.code, code, limits, now) if present.code else None


def _second_factor(
    book: RecoveryBook, account: Account, enrolled: totp.Enrolled, code: str, limits: Limits, now: datetime
) -> Refused | totp.Enrolled:
    taken = throttle.take(book, (purses.of_recovery_code(account.id, limits),), now)
    if isinstance(taken, Exhausted):
        return Refused(RecoveryRefusal.TOO_MANY, taken.until)
    verdict = totp.match(enrolled.secret, code, now, enrolled.counter)
    if not isinstance(verdict, totp.Accepted):
        return Refused(RecoveryRefusal.CODE_WRONG)
    return replace(enrolled, counter=verdict.counter)


def _refused(book: RecoveryBook, account: str, refused: Refused, caller: Caller, now: datetime) -> Refused:
    book.record(
        events.RecoveryRefused(
            at=now, origin=caller.origin, subject=RECOVERY_ADMINISTRATOR, person=LOGIN, account=account,
            reason=refused.reason,
        )
    )  # fmt: skip
    return refused


def _session(account: Account, origin: Origin, fresh: Fresh, now: datetime) -> Session:
    twice = account.code is not None
    return Session(
        sid=fresh.sid,
        handle=fresh.handle,
        person=person(account.municipality),
        facts_at=now,
        locale=Language.CZECH,
        level=AuthenticationLevel.TWO_FACTORS if twice else AuthenticationLevel.PASSWORD,
        methods=("pwd", "otp", "mfa") if twice else ("pwd",),  # RFC 8176 §2
        auth_time=now,
        created_at=now,
        last_seen=now,
        expires_at=now + RECOVERY_LIFETIME,
        address=origin.address,
        user_agent=origin.user_agent,
    )
