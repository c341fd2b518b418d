"""Opens, shows and ends sessions of the provider; each function runs inside one transaction of the caller."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import NO_DEVICE, DeviceId, SessionId, SubjectId
from idp import events
from idp.directory.person import Person
from idp.events import NOWHERE, Actor, EndReason, Origin
from idp.login import links
from idp.login.authenticator import AuthenticatorId
from idp.login.book import Book, Flow, Limits
from idp.login.effects import OpenSession
from idp.login.facts import why_over
from idp.login.handle import FlowId, HandleHash
from idp.login.level import reaches
from idp.login.needed_level import needed
from idp.login.new_device import NewDevice
from idp.login.session import TOUCH_EVERY, Session, end_due, ended, lifetime, roles_of, with_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The browser a request came from."""

    origin: Origin
    browser: HandleHash | None
    """Hash of the cookie that binds sign-ins to this browser."""
    known: HandleHash | None = None
    """Hash of the cookie of a browser that completed a sign-in before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fresh:
    """Random values a completed sign-in takes."""

    sid: SessionId
    handle: HandleHash
    known: HandleHash
    device: DeviceId = NO_DEVICE
    """What the browser is called from now on."""


def sign_in(
    book: Book,
    opening: OpenSession,
    flow: Flow,
    caller: Caller,
    limits: Limits,
    fresh: Fresh,
    now: datetime,
    previous: HandleHash | None,
) -> tuple[Session, tuple[SessionId, ...]]:
    """Open a session under a new handle, in a browser that is known by a new one.

    The same person in the same browser keeps the session's name. The facts are from when this sign-in asked the
    directory: they grow old, and are read again, like any session's.
    """
    person, origin = opening.person, replace(caller.origin, device=fresh.device)
    over: tuple[SessionId, ...] = ()
    before = live(book, previous, limits, now) if previous is not None else None
    if before is not None and before.person.subject != person.subject:
        over = end(book, (before,), EndReason.REPLACED, origin, now)
        before = None
    session = _session(opening, before, flow, origin, limits, fresh, now)
    person = session.person
    book.keep_session(session)
    completed = events.SignInCompleted(
        at=now,
        origin=origin,
        person=person.login,
        subject=person.subject,
        session=session.sid,
        level=session.level,
        methods=session.methods,
        standing_in=tuple(map(str, person.standing_in)),
        pushed=tuple(map(str, person.pushed)),
    )
    _meet(book, fresh.known, session, origin, now)
    book.record(completed)
    if opening.linking is not None:
        links.keep(book, opening.linking, session, origin, now)
    if opening.via is not None:
        links.used(book, opening.via.identity, now)
    return session, over


def suffices(
    book: Book, opening: OpenSession, previous: HandleHash | None, limits: Limits, now: datetime
) -> bool:
    """Whether what was shown is enough for the facts that the session will have: see `_facts`."""
    before = live(book, previous, limits, now) if previous is not None else None
    mine = before is not None and before.person.subject == opening.person.subject
    person, _ = _facts(opening, before if mine else None, now)
    return reaches(opening.level, needed(person, limits))


def _facts(opening: OpenSession, before: Session | None, now: datetime) -> tuple[Person, datetime]:
    """Those of the session that goes on, unless the sign-in asked later: news may have changed them without dating
    them anew.
    """
    if before is not None and opening.read_at <= before.facts_at <= now:
        return before.person, before.facts_at
    return opening.person, opening.read_at


def _latest_end(usual: datetime, until: datetime | None) -> datetime:
    """What an exception opened ends with it."""
    return usual if until is None else min(usual, until)


def _session(
    opening: OpenSession,
    before: Session | None,
    flow: Flow,
    origin: Origin,
    limits: Limits,
    fresh: Fresh,
    now: datetime,
) -> Session:
    """As it stands after the sign-in; `before`: the person's session that goes on by it, with the newer facts."""
    person, facts_at = _facts(opening, before, now)
    shown_at = opening.since or now
    return Session(
        sid=before.sid if before else fresh.sid,
        handle=fresh.handle,
        person=person,
        facts_at=facts_at,
        locale=flow.locale,
        level=opening.level,
        methods=opening.methods,
        auth_time=shown_at,
        created_at=before.created_at if before else now,
        last_seen=now,
        expires_at=_latest_end(shown_at + lifetime(person, limits), opening.until),
        address=origin.address,
        user_agent=origin.user_agent,
        device=fresh.device,
        proof_counts_from=opening.counts_from,
        via=opening.via,
    )


def _meet(book: Book, browser: HandleHash, session: Session, origin: Origin, now: datetime) -> None:
    """Remember the browser; the person hears of one that is new."""
    person = session.person
    if not book.knows_browser(browser, person.subject):
        device = NewDevice(
            browser=browser,
            subject=person.subject,
            session=session.sid,
            at=now,
            address=origin.address,
            user_agent=origin.user_agent,
            first=not book.is_known_anywhere(person.subject),
        )
        book.keep_new_device(device)
        met = events.NewDeviceMet(
            at=now, origin=origin, person=person.login, subject=person.subject, session=session.sid
        )
        book.record(met)
    for asked in book.new_devices(person.subject):
        if asked.browser == browser:  # signed in again, and still asked about
            book.keep_new_device(replace(asked, session=session.sid))
    book.keep_browser(browser, person.subject, now)


def live(book: Book, handle: HandleHash, limits: Limits, now: datetime) -> Session | None:
    """The browser's session if it may be used; one whose time is over is ended here."""
    session = book.session_of(handle)
    if session is None or session.ended_at is not None:
        return None
    due = end_due(session, now, limits)
    if due is not None:
        end(book, (session,), due, NOWHERE, now)
        return None
    return session


def touch(book: Book, session: Session, limits: Limits, now: datetime) -> Session:
    """Note that the person is at work; written at most every `TOUCH_EVERY`."""
    if now < session.last_seen + TOUCH_EVERY:
        return session
    book.keep_seen(session.sid, now, limits.idle_of(roles_of(session.person)))
    return replace(session, last_seen=now)


def refresh(
    book: Book, sid: SessionId, person: Person | None, limits: Limits, now: datetime
) -> Session | None:
    """Put newly read facts into a session. None: by them it may not go on, and has ended here."""
    session = book.session(sid)
    if session is None or session.ended_at is not None:
        return None
    why = why_over(session, person, limits)
    if why is EndReason.ACCOUNT_CLOSED:
        book.drop_flows_of(session.person.subject)
    if person is None or why is not None:
        end(book, (session,), why or EndReason.ACCOUNT_CLOSED, NOWHERE, now)
        return None
    fresh = with_facts(session, person, now, limits)
    book.keep_session(fresh)
    return fresh


def end(
    book: Book,
    over: Iterable[Session],
    reason: EndReason,
    origin: Origin,
    now: datetime,
    by: Actor | None = None,
) -> tuple[SessionId, ...]:
    """End sessions, once each; answers the names of those that were alive. `by`: as the event has it."""
    names = []
    for session in over:
        if session.ended_at is not None:
            continue
        book.keep_session(ended(session, now, reason))
        happened = events.SessionEnded(
            at=now,
            origin=origin,
            person=session.person.login,
            subject=session.person.subject,
            session=session.sid,
            reason=reason,
            by=by,
        )
        book.record(happened)
        names.append(session.sid)
    return tuple(names)


def end_one(
    book: Book, sid: SessionId, reason: EndReason, origin: Origin, now: datetime, by: Actor | None = None
) -> tuple[SessionId, ...]:
    session = book.session(sid)
    return end(book, (session,), reason, origin, now, by) if session is not None else ()


def end_all(
    book: Book,
    subject: SubjectId,
    reason: EndReason,
    origin: Origin,
    now: datetime,
    but: FlowId | None = None,
    by: Actor | None = None,
) -> tuple[SessionId, ...]:
    """Every session of a person, and every sign-in under way except `but`: what was shown there counts no more."""
    book.drop_flows_of(subject, but)
    return end(book, book.sessions_of_subject(subject), reason, origin, now, by)


def remove_factor(
    book: Book,
    subject: SubjectId,
    which: AuthenticatorId,
    login: str,
    by: Actor,
    now: datetime,
    why: str = "",
    origin: Origin = NOWHERE,
) -> bool:
    """An officer's act: one authenticator of a person goes, as a stranger's that the person found. False: not there.

    Sessions go on; see `end_all`. Sign-ins under way do not.
    """
    found = next((one for one in book.authenticators(subject) if one.id == which), None)
    if found is None:
        return False
    book.drop_flows_of(subject)
    book.drop_authenticator(found.id)
    happened = events.FactorRemoved(
        at=now,
        origin=origin,
        person=login,
        subject=subject,
        factor=found.factor,
        name=found.name,
        by=by,
        why=why,
    )
    book.record(happened)
    return True


def remove_factors(
    book: Book,
    subject: SubjectId,
    login: str,
    by: Actor,
    now: datetime,
    why: str = "",
    origin: Origin = NOWHERE,
) -> bool:
    """An officer's act: every authenticator, recovery code and unused enrolment code of a person goes.

    Sessions go on; see `end_all`. Sign-ins under way do not. False when there was nothing.
    """
    book.drop_flows_of(subject)
    removed = [one for one in book.authenticators(subject) if book.drop_authenticator(one.id)]
    gone = [(one.factor, one.name) for one in removed]
    if book.recovery_codes_left(subject):
        gone.append((events.Factor.RECOVERY_CODE, ""))
    book.renew_recovery_codes(subject, (), now)
    withdrawn = book.withdraw_enrolment_codes(subject)
    for link in book.links_of(subject):  # whoever added a factor may have linked one too
        book.drop_link(link.identity)
        book.record(links.ended(link, login, by, origin, now, why))
    for factor, name in gone:
        happened = events.FactorRemoved(
            at=now, origin=origin, person=login, subject=subject, factor=factor, name=name, by=by, why=why
        )
        book.record(happened)
    return bool(gone or withdrawn)
