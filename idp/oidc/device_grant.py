"""Programs without a browser (RFC 8628): one waits while somebody types its user code, reads who asks, and says yes.

Laws: a code is answered once, by the person who typed it first, in a session with a second factor; what the program
gets lives with that session, as everything that a sign-in gives; a program that hears no answer hears why, and one that
asks too often waits longer. Each function runs inside one transaction of the caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from idp import events
from idp.events import Origin
from idp.login import purses, throttle
from idp.login.handle import Handle, HandleHash, hashed, read_handle
from idp.login.purses import GuessLimits
from idp.login.session import Session, SessionLimits, end_due
from idp.login.throttle import Counters, Exhausted
from idp.login.user_code import UserCode, hashed_code, written
from idp.oidc import refresh
from idp.oidc.book import Book as OidcBook
from idp.oidc.book import DeviceGrant
from idp.oidc.claims_request import NOTHING_MORE
from idp.oidc.client import Client, Scope
from idp.oidc.errors import ConsentFault, DeviceFault, OAuthError, Refused
from idp.oidc.issue import Granted, New, Redeemed, is_agreed_to, open_now

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"  # RFC 8628 §3.4
ENDPOINT = "/device_authorization"
LIFETIME = timedelta(minutes=10)  # time to find a browser, sign in and type; RFC 8628 §5.1 wants it short
INTERVAL = timedelta(seconds=5)  # RFC 8628 §3.2
LONGER_BY = timedelta(seconds=5)  # RFC 8628 §3.5
LONGEST_INTERVAL = timedelta(minutes=1)
TOO_MANY = Refused(OAuthError.SLOW_DOWN, "too many codes were asked for from there; wait", status=429)
NOT_CONFIGURED = Refused(
    OAuthError.UNAUTHORIZED_CLIENT, "the client is not configured for the device authorization grant"
)
_NOT_GOOD = Refused(OAuthError.INVALID_GRANT, "the device code is not good; ask for another one")
_PENDING = Refused(OAuthError.AUTHORIZATION_PENDING, "nobody has answered yet")
_SLOWER = Refused(OAuthError.SLOW_DOWN, "you ask too often: wait 5 seconds more each time", status=400)
_EXPIRED = Refused(OAuthError.EXPIRED_TOKEN, "nobody answered in time; ask for another code")
_DENIED = Refused(OAuthError.ACCESS_DENIED, "the person said no, or may not use this")


class Book(OidcBook, Counters, Protocol):
    """What is kept of codes, and how often they were guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A token request of an authenticated client (RFC 8628 §3.4)."""

    client: Client
    code: HandleHash | None
    """None for what cannot be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a program asks for; `code` and `user_code` are drawn by the caller."""

    client: Client
    scopes: tuple[Scope, ...]
    refresh: bool
    code: Handle
    user_code: UserCode


def begin(book: Book, wanted: Wanted, origin: Origin, limits: GuessLimits, now: datetime) -> Refused | None:
    """So many from one place: each is a code that a guess could hit."""
    client = wanted.client.id
    taken = throttle.take(book, purses.of_device_grant(origin.address, limits), now)
    taken_already = book.device_grant_of(hashed_code(wanted.user_code))
    if isinstance(taken, Exhausted) or taken_already is not None:  # one in 2^34: it may ask again
        refused = events.ClientRefused(
            at=now, origin=origin, client=client, reason=DeviceFault.TOO_MANY, endpoint=ENDPOINT[1:]
        )
        book.record(refused)
        return TOO_MANY
    grant = DeviceGrant(
        hash=hashed(wanted.code),
        user_code=hashed_code(wanted.user_code),
        client=client,
        scopes=wanted.scopes,
        refresh=wanted.refresh,
        address=origin.address,
        user_agent=origin.user_agent,
        asked_at=now,
        expires_at=now + LIFETIME,
        interval=INTERVAL,
    )
    book.keep_device_grant(grant)
    book.record(events.DeviceAuthorizationAsked(at=now, origin=origin, client=client))
    return None


def answer(wanted: Wanted, page: str) -> dict[str, Any]:
    """RFC 8628 §3.2. `page`: where the code is typed."""
    shown = written(wanted.user_code)
    return {
        "device_code": wanted.code,
        "user_code": shown,
        "verification_uri": page,
        "verification_uri_complete": f"{page}?user_code={shown}",
        "expires_in": int(LIFETIME.total_seconds()),
        "interval": int(INTERVAL.total_seconds()),
    }


def enter(
    book: Book, session: Session, code: UserCode | None, origin: Origin, limits: GuessLimits, now: datetime
) -> DeviceGrant | DeviceFault:
    """Somebody types a code, which is theirs to answer from then on. A wrong one is counted before it is looked up."""
    mine = purses.of_user_code(session.person.subject, origin.address, limits)
    taken = throttle.take(book, mine, now)
    if isinstance(taken, Exhausted):
        return _refused(book, None, session, DeviceFault.MUST_WAIT, origin, now)
    grant = book.device_grant_of(hashed_code(code)) if code is not None else None
    fault = _why_not(grant, session, now)
    if fault is not None or grant is None:
        return _refused(book, grant, session, fault or DeviceFault.CODE_UNKNOWN, origin, now)
    throttle.give_back(book, taken, now)
    typed = replace(grant, subject=session.person.subject)
    book.keep_device_grant(typed)
    return typed


def to_be_answered(
    book: OidcBook, session: Session, code: UserCode | None, now: datetime
) -> DeviceGrant | None:
    """What the person has typed and not answered."""
    grant = book.device_grant_of(hashed_code(code)) if code is not None else None
    typed = grant is not None and grant.subject == session.person.subject
    return grant if typed and _why_not(grant, session, now) is None else None


def allow(
    book: OidcBook,
    grant: DeviceGrant,
    session: Session,
    rule: str,
    version: str,
    origin: Origin,
    now: datetime,
) -> None:
    """`rule`, `version`: by which the person may use the client's application, where it has one."""
    book.keep_device_grant(replace(grant, answered_at=now, session=session.sid))
    allowed = events.DeviceAuthorizationAllowed(
        at=now,
        origin=origin,
        person=session.person.login,
        subject=session.person.subject,
        session=session.sid,
        client=grant.client,
        asked_from=grant.address,
        rule=rule,
        policy_version=version,
    )
    book.record(allowed)


def deny(
    book: OidcBook, grant: DeviceGrant, session: Session, reason: str, origin: Origin, now: datetime
) -> None:
    """The person says no, or may not use the client's application."""
    book.keep_device_grant(replace(grant, answered_at=now))
    book.record(_event(grant, session, reason, origin, now))


def read(text: str) -> HandleHash | None:
    handle = read_handle(text)
    return hashed(handle) if handle is not None else None


def redeem(
    book: OidcBook, asked: Poll, new: New, origin: Origin, limits: SessionLimits, now: datetime
) -> Redeemed | Refused:
    """RFC 8628 §3.5. Waiting is no refusal, and is not recorded."""
    grant = book.device_grant(asked.code) if asked.code is not None else None
    session = book.session(grant.session) if grant is not None and grant.session is not None else None
    granted = None
    if grant is not None:
        granted = open_now(Granted(grant.hash, grant.scopes, NOTHING_MORE), asked.client)
    fault: tuple[DeviceFault | ConsentFault, Refused] | None = _fault(grant, session, asked, limits, now)
    if fault is None and granted is not None and not is_agreed_to(book, session, asked.client, granted):
        fault = ConsentFault.MISSING, _NOT_GOOD
    if fault is not None or grant is None or granted is None:
        why, told = fault or (DeviceFault.DEVICE_CODE_UNKNOWN, _NOT_GOOD)
        withdrawn = 0
        if why is DeviceFault.DEVICE_CODE_USED_TWICE and grant is not None:
            withdrawn = book.withdraw_tokens(grant.hash, now)  # somebody else has the code too
        refused = events.TokenRefused(
            at=now,
            origin=origin,
            person=session.person.login if session else "",
            subject=session.person.subject if session else "",
            client=asked.client.id,
            reason=why,
            revoked=withdrawn,
        )
        book.record(refused)
        return told
    if session is None:
        return _waiting(book, grant, now)
    book.keep_device_grant(replace(grant, used_at=now))
    return refresh.give(book, session, asked.client, granted, new, origin, now, refreshes=grant.refresh)


def _waiting(book: OidcBook, grant: DeviceGrant, now: datetime) -> Refused:
    if grant.polled_at is not None and now < grant.polled_at + grant.interval:
        longer = min(grant.interval + LONGER_BY, LONGEST_INTERVAL)
        book.keep_device_grant(replace(grant, polled_at=now, interval=longer))
        return _SLOWER
    book.keep_device_grant(replace(grant, polled_at=now))
    return _PENDING


def _fault(
    grant: DeviceGrant | None, session: Session | None, asked: Poll, limits: SessionLimits, now: datetime
) -> tuple[DeviceFault, Refused] | None:
    if grant is None:
        return DeviceFault.DEVICE_CODE_UNKNOWN, _NOT_GOOD
    over = grant.session is not None and (session is None or end_due(session, now, limits) is not None)
    checks = (
        (grant.client != asked.client.id, DeviceFault.DEVICE_CODE_OF_ANOTHER_CLIENT, _NOT_GOOD),
        (grant.used_at is not None, DeviceFault.DEVICE_CODE_USED_TWICE, _NOT_GOOD),
        (grant.answered_at is not None and grant.session is None, DeviceFault.DENIED, _DENIED),
        (now >= grant.expires_at, DeviceFault.DEVICE_CODE_EXPIRED, _EXPIRED),
        (over, DeviceFault.SESSION_ENDED, _NOT_GOOD),
    )
    return next(((fault, told) for wrong, fault, told in checks if wrong), None)


def _why_not(grant: DeviceGrant | None, session: Session, now: datetime) -> DeviceFault | None:
    if grant is None or now >= grant.expires_at:
        return DeviceFault.CODE_UNKNOWN
    if grant.subject is not None and grant.subject != session.person.subject:
        return DeviceFault.OF_ANOTHER_PERSON
    return DeviceFault.CODE_ANSWERED if grant.answered_at is not None else None


def _refused(
    book: OidcBook,
    grant: DeviceGrant | None,
    session: Session,
    why: DeviceFault,
    origin: Origin,
    now: datetime,
) -> DeviceFault:
    book.record(_event(grant, session, why, origin, now))
    return why


def _event(
    grant: DeviceGrant | None, session: Session, reason: str, origin: Origin, now: datetime
) -> events.DeviceAuthorizationRefused:
    return events.DeviceAuthorizationRefused(
        at=now,
        origin=origin,
        person=session.person.login,
        subject=session.person.subject,
        session=session.sid,
        client=grant.client if grant is not None else "",
        asked_from=grant.address if grant is not None else "",
        reason=reason,
    )
