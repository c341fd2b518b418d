"""What somebody may do to the own sessions; each function runs inside one transaction of the caller.

`session` is the live one of whoever asks. Nothing here reaches what is another person's. Law: whoever puts others out
and stays in has just shown the factors. A thief with a session alone could keep its person out for as long as it
lasts; what ends that session too takes no proof, so nobody who fears a thief is kept waiting.
"""

from datetime import datetime
from typing import Any

from config.vocabulary import SessionId
from idp import events
from idp.events import EndReason, Origin
from idp.login import desk
from idp.login.book import Book
from idp.login.handle import HandleHash
from idp.login.new_device import DeviceName, NewDevice
from idp.login.own_authenticators import Unchanged, shown_just_now
from idp.login.session import Session, SessionLimits, end_due


def sessions(book: Book, session: Session, limits: SessionLimits, now: datetime) -> list[Session]:
    """Those that may be used: the asking one first, then the latest used."""
    mine = book.sessions_of_subject(session.person.subject)
    open_ones = [one for one in mine if end_due(one, now, limits) is None]
    return sorted(open_ones, key=lambda one: (one.sid != session.sid, -one.last_seen.timestamp()))


def may_put_out(session: Session, now: datetime) -> bool:
    """Whether its factors, whichever they were, were shown just now."""
    return shown_just_now(session.auth_time, now)


def end(
    book: Book, session: Session, which: SessionId, origin: Origin, now: datetime
) -> tuple[SessionId, ...] | Unchanged:
    """One of the own sessions; nothing where it is not, or is over."""
    mine = [one for one in book.sessions_of_subject(session.person.subject) if one.sid == which]
    if mine and which != session.sid and not may_put_out(session, now):
        return _unproven(book, session, origin, now)
    return desk.end(book, mine, EndReason.SIGNED_OUT, origin, now)


def end_others(
    book: Book, session: Session, origin: Origin, now: datetime
) -> tuple[SessionId, ...] | Unchanged:
    """With them sign-ins under way: whoever stands in the middle of one may know the password."""
    if not may_put_out(session, now):
        return _unproven(book, session, origin, now)
    book.drop_flows_of(session.person.subject)
    others = [one for one in book.sessions_of_subject(session.person.subject) if one.sid != session.sid]
    return desk.end(book, others, EndReason.SIGNED_OUT_ELSEWHERE, origin, now)


def end_everywhere(book: Book, session: Session, origin: Origin, now: datetime) -> tuple[SessionId, ...]:
    return desk.end_all(book, session.person.subject, EndReason.SIGNED_OUT_EVERYWHERE, origin, now)


def new_devices(book: Book, session: Session, browser: HandleHash | None) -> list[NewDevice]:
    """Those that another `browser` may speak of: whoever came in with a new one does not do it there.

    Not after signing in again there either, nor after the cookie that it is known by was thrown away.
    """
    asked = book.new_devices(session.person.subject)
    return [one for one in asked if one.browser != browser and one.session != session.sid]


def may_vouch(book: Book, session: Session, browser: HandleHash | None) -> bool:
    """Whether "it was me" counts in this browser: only in one that is the person's, and not itself asked about."""
    subject = session.person.subject
    if browser is None or not book.knows_browser(browser, subject):
        return False
    return all(one.first for one in book.new_devices(subject) if one.browser == browser)


def own_device(
    book: Book,
    session: Session,
    browser: HandleHash | None,
    which: DeviceName,
    origin: Origin,
    now: datetime,
) -> bool:
    """The sign-in there was the person's: no more is said of it. False: not for this browser to say."""
    device = _device(book, session, browser, which)
    if device is None or not may_vouch(book, session, browser):
        return False
    book.drop_new_device(device)
    book.record(events.NewDeviceOwned(**_said(session, device, origin, now)))
    return True


def disown_device(
    book: Book,
    session: Session,
    browser: HandleHash | None,
    which: DeviceName,
    origin: Origin,
    now: datetime,
) -> tuple[SessionId, ...] | None:
    """It was not: the browser is a stranger's again, and every session ends. None: no such device.

    Any other browser may say so, also one that is itself asked about: it is the careful answer.
    """
    device = _device(book, session, browser, which)
    if device is None:
        return None
    book.drop_new_device(device)
    book.forget_browser(device.browser, device.subject)
    book.record(events.NewDeviceDisowned(**_said(session, device, origin, now)))
    return end_everywhere(book, session, origin, now)


def _unproven(book: Book, session: Session, origin: Origin, now: datetime) -> Unchanged:
    refused = events.SignOutRefused(
        at=now,
        origin=origin,
        person=session.person.login,
        subject=session.person.subject,
        session=session.sid,
        reason=Unchanged.PROOF_TOO_OLD,
    )
    book.record(refused)
    return Unchanged.PROOF_TOO_OLD


def _device(book: Book, session: Session, browser: HandleHash | None, which: DeviceName) -> NewDevice | None:
    return next((one for one in new_devices(book, session, browser) if one.name == which), None)


def _said(session: Session, device: NewDevice, origin: Origin, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "origin": origin,
        "person": session.person.login,
        "subject": session.person.subject,
        "session": device.session,
        "device_address": device.address,
    }
