"""What somebody may do to the own authenticators; each function runs inside one transaction of the caller.

`session` is the live one of whoever asks. To add, to remove and to make recovery codes takes factors that were shown
a few minutes ago: a browser that was left open, or a stolen cookie, changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from config.vocabulary import RECOVERY_ADMINISTRATOR, AuthenticationLevel
from idp import events
from idp.events import Actor, Factor, Origin
from idp.login import charging, keys, throttle, totp
from idp.login.authenticator import (
    KEYS_MAX,
    ONE_TIME_CODES_MAX,
    Authenticator,
    AuthenticatorId,
    Credential,
    Proof,
    enrolled,
    name_of,
)
from idp.login.book import Book, Limits
from idp.login.desk import Caller
from idp.login.drawn import Drawn
from idp.login.flow_factor import matched
from idp.login.key_site import Site
from idp.login.level import reaches
from idp.login.outcome import EXHAUSTED
from idp.login.pending import Pending
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.throttle import Exhausted
from idp.login.trust import newly, shown_is_new, still_new

PROOF_FRESH = timedelta(minutes=5)
PENDING_FOR = timedelta(minutes=10)
MOST = {Factor.ONE_TIME_CODE: ONE_TIME_CODES_MAX, Factor.KEY: KEYS_MAX}


class Unchanged(StrEnum):
    """Why authenticators stay as they are."""

    PROOF_TOO_OLD = "proof_too_old"
    PROOF_TOO_NEW = "proof_too_new"
    """What was shown does not count in full yet: it changes nothing that was there before it."""
    LAST_IN_FULL = "last_in_full"
    """The others do not count in full yet: whoever added them would have shut its person out."""
    LAST_AUTHENTICATOR = "last_authenticator"
    """Whoever has none could not sign in again: an officer gives out another."""
    TOO_MANY_AUTHENTICATORS = "too_many_authenticators"
    AUTHENTICATOR_UNKNOWN = "authenticator_unknown"
    NOTHING_PENDING = "nothing_pending"
    CODES_MADE_ALREADY = "codes_made_already"
    """The form that asked for new ones was sent before, as by a reload: what was printed then stays valid."""


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Unchanged | Refusal


def proof_ends(session: Session) -> datetime | None:
    """Until when the factors that were shown suffice to change them; None: they never did.

    The recovery administrator's never do: with a factor of its own it would come in a second time.
    """
    if session.person.subject == RECOVERY_ADMINISTRATOR:
        return None
    if not reaches(session.level, AuthenticationLevel.TWO_FACTORS):
        return None
    return session.auth_time + PROOF_FRESH


def shown_just_now(auth_time: datetime, now: datetime) -> bool:
    """Clocks are set: a time to come proves nothing."""
    return auth_time <= now < auth_time + PROOF_FRESH


def is_fresh(session: Session, now: datetime) -> bool:
    return proof_ends(session) is not None and shown_just_now(session.auth_time, now)


def prepare(book: Book, session: Session, factor: Factor, drawn: Drawn, now: datetime) -> Pending | Refused:
    """What a new authenticator is to confirm; the same again for a page that is loaded twice."""
    stopped = _stopped(book, session, factor, now)
    if stopped is not None:
        return stopped
    pending = book.pending(session.sid)
    if pending is None or now >= pending.expires_at:
        pending = Pending(session.sid, drawn.secret, drawn.challenge, now + PENDING_FOR)
        book.keep_pending(pending)
    return pending


def add_application(
    book: Book,
    session: Session,
    code: str,
    typed: str,
    drawn: Drawn,
    limits: Limits,
    origin: Origin,
    now: datetime,
) -> Authenticator | Refused:
    """The first code of an application that was just set up."""
    pending = _pending(book, session, Factor.ONE_TIME_CODE, now)
    if isinstance(pending, Refused):
        return refused(book, session, pending, origin, now)
    means = totp.Enrolled(pending.secret, counter=-1)
    made = _new(session, means, typed, drawn, limits, now)
    used = matched((made,), code, now)
    if isinstance(used, Refusal):
        return refused(book, session, Refused(used), origin, now)
    return _added(book, session, used, origin, now)


def add_key(
    book: Book,
    session: Session,
    response: str,
    typed: str,
    site: Site,
    drawn: Drawn,
    caller: Caller,
    limits: Limits,
    now: datetime,
) -> Authenticator | Refused:
    """Verifying an answer takes the processor's time: one that is refused is paid for as in a sign-in."""
    origin, pending = caller.origin, _pending(book, session, Factor.KEY, now)
    if isinstance(pending, Refused):
        return refused(book, session, pending, origin, now)
    attempt = charging.of_key(book, session.person.subject, caller, limits, now)
    if isinstance(attempt, Exhausted):
        return refused(book, session, Refused(EXHAUSTED[attempt.scope]), origin, now)
    made = keys.made(response, pending.challenge, site)
    if isinstance(made, Credential) and book.authenticator_of(made.id) is not None:
        made = Refusal.KEY_ENROLLED
    if isinstance(made, Refusal):
        book.keep_pending(replace(pending, challenge=drawn.challenge))
        return refused(book, session, Refused(made), origin, now)
    throttle.give_back(book, attempt, now)
    return _added(book, session, _new(session, made, typed, drawn, limits, now), origin, now)


def rename(
    book: Book, session: Session, which: AuthenticatorId, typed: str, origin: Origin, now: datetime
) -> Authenticator | Refused:
    """Takes no fresh proof: a name opens nothing."""
    found = own(book, session, which)
    if found is None:
        return refused(book, session, Refused(Unchanged.AUTHENTICATOR_UNKNOWN), origin, now)
    renamed = replace(found, name=name_of(typed) or found.name)
    book.keep_authenticator(renamed)
    book.record(
        events.FactorRenamed(
            **_about(session, origin, now), factor=found.factor, name=renamed.name, before=found.name
        )
    )
    return renamed


def remove(
    book: Book, session: Session, which: AuthenticatorId, origin: Origin, now: datetime
) -> Authenticator | Refused:
    found = removable(book, session, which, now)
    if isinstance(found, Refused):
        return refused(book, session, found, origin, now)
    book.drop_authenticator(found.id)
    book.drop_flows_of(session.person.subject)  # it may have been shown there
    by = Actor(session.person.login, session.person.subject)
    book.record(
        events.FactorRemoved(**_about(session, origin, now), factor=found.factor, name=found.name, by=by)
    )
    return found


def removable(book: Book, session: Session, which: AuthenticatorId, now: datetime) -> Authenticator | Refused:
    """What would be removed, or why it would not."""
    return removable_of(book.authenticators(session.person.subject), session, which, now)


def removable_of(
    mine: Sequence[Authenticator], session: Session, which: AuthenticatorId, now: datetime
) -> Authenticator | Refused:
    """The same of all that the person has. One that counts in full stays, so that the person stays in too."""
    if (stopped := unfit(session, now)) is not None:
        return stopped
    found = next((one for one in mine if one.id == which), None)
    if found is None:
        return Refused(Unchanged.AUTHENTICATOR_UNKNOWN)
    others = [one for one in mine if one is not found]
    if not others:
        return Refused(Unchanged.LAST_AUTHENTICATOR)
    if still_new(found, now) is None and all(still_new(one, now) is not None for one in others):
        return Refused(Unchanged.LAST_IN_FULL)
    return found


def unfit(session: Session, now: datetime) -> Refused | None:
    """Why this session takes nothing away from what was there before."""
    if not is_fresh(session, now):
        return Refused(Unchanged.PROOF_TOO_OLD)
    return Refused(Unchanged.PROOF_TOO_NEW) if shown_is_new(session, now) else None


def renew_recovery_codes(
    book: Book,
    session: Session,
    instead_of: str,
    drawn: Drawn,
    limits: Limits,
    origin: Origin,
    now: datetime,
) -> Refused | None:
    """`drawn.codes` take the place of the set `instead_of` (`recovery_codes_mark`); the caller shows them, once."""
    stopped, there = unfit(session, now), book.recovery_codes_mark(session.person.subject)
    if instead_of != there and (instead_of or stopped is None):  # sent again, however late: told so
        stopped = Refused(Unchanged.CODES_MADE_ALREADY)
    if stopped is not None:
        return refused(book, session, stopped, origin, now)
    new = newly(session, limits, now)
    book.renew_recovery_codes(session.person.subject, drawn.codes, now, new)
    made = events.RecoveryCodesMade(
        **_about(session, origin, now),
        number=len(drawn.codes),
        counts_from=new.until if new is not None else None,
    )
    book.record(made)
    return None


def own(book: Book, session: Session, which: AuthenticatorId) -> Authenticator | None:
    mine = book.authenticators(session.person.subject)
    return next((one for one in mine if one.id == which), None)


def refused(book: Book, session: Session, why: Refused, origin: Origin, now: datetime) -> Refused:
    book.record(events.FactorChangeRefused(**_about(session, origin, now), reason=why.reason))
    return why


def _stopped(book: Book, session: Session, factor: Factor, now: datetime) -> Refused | None:
    if not is_fresh(session, now):
        return Refused(Unchanged.PROOF_TOO_OLD)
    held = [one for one in book.authenticators(session.person.subject) if one.factor is factor]
    return Refused(Unchanged.TOO_MANY_AUTHENTICATORS) if len(held) >= MOST[factor] else None


def _pending(book: Book, session: Session, factor: Factor, now: datetime) -> Pending | Refused:
    stopped = _stopped(book, session, factor, now)
    if stopped is not None:
        return stopped
    pending = book.pending(session.sid)
    if pending is None or now >= pending.expires_at:
        return Refused(Unchanged.NOTHING_PENDING)
    return pending


def _new(
    session: Session,
    means: totp.Enrolled | Credential,
    typed: str,
    drawn: Drawn,
    limits: Limits,
    now: datetime,
) -> Authenticator:
    whose, proof = session.person.subject, Proof.EXISTING_FACTOR
    made = enrolled(drawn.authenticator, whose, means, typed, proof, now)
    return replace(made, newly=newly(session, limits, now))


def _added(book: Book, session: Session, made: Authenticator, origin: Origin, now: datetime) -> Authenticator:
    book.keep_authenticator(made)
    book.drop_pending(session.sid)
    happened = events.FactorEnrolled(
        **_about(session, origin, now),
        factor=made.factor,
        name=made.name,
        proof=made.proven_by.value,
        counts_from=made.newly.until if made.newly is not None else None,
    )
    book.record(happened)
    return made


def _about(session: Session, origin: Origin, now: datetime) -> dict[str, Any]:
    person = session.person
    return {"at": now, "origin": origin, "person": person.login, "subject": person.subject}
