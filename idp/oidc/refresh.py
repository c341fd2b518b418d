"""Refresh tokens (RFC 6749 §6): each good once, replaced by its use, and none outlives the sign-in it came from.

One that is used again was stolen, or its thief was here first: nobody can tell, so the family ends with all it gave
(RFC 9700 §4.14.2). Each function runs inside one transaction of the caller.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp import events
from idp.events import Origin
from idp.login.facts import recent
from idp.login.session import Session, SessionLimits, end_due
from idp.oidc.book import Book, RefreshFamily
from idp.oidc.client import Client, ClientId, Scope
from idp.oidc.errors import CertificateFault, ConsentFault, DpopFault, OAuthError, RefreshFault, Refused
from idp.oidc.issue import Granted, New, Redeemed, give_access, is_agreed_to, open_now
from idp.oidc.refresh_token import OFFLINE_ACCESS, Parts

STOLEN = frozenset({RefreshFault.USED_TWICE, RefreshFault.OF_ANOTHER_CLIENT})
"""What only happens to a token that more than its client has."""

_NOT_GOOD = Refused(OAuthError.INVALID_GRANT, "the refresh token is not good; begin a new sign-in")
"""One answer for all: it must not tell a thief what became of the token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """A token request of an authenticated client (RFC 6749 §6)."""

    client: Client
    token: Parts | None
    """None for what cannot be one."""
    scopes: frozenset[str] | None
    """To be no more than these; None: all it was given."""


def give(
    book: Book,
    session: Session,
    client: Client,
    granted: Granted,
    new: New,
    origin: Origin,
    now: datetime,
    *,
    refreshes: bool,
) -> Redeemed:
    """What a code brings that was good, however it was asked for. `refreshes`: whether a refresh token was."""
    give_access(book, session, client, granted, new, origin, now)
    if client.hears_of_sign_outs:
        book.keep_signed_in(session, client.id)
    refreshable = refreshes and client.may_refresh
    if refreshable:
        begin(book, session, client, granted, new, now)
    return Redeemed(
        client=client,
        session=session,
        nonce=None,
        scopes=granted.scopes,
        claims=granted.claims,
        refreshable=refreshable,
        jkt=new.jkt,
    )


def begin(
    book: Book,
    session: Session,
    client: Client,
    granted: Granted,
    new: New,
    now: datetime,
) -> None:
    """A family begins with the first token."""
    token = new.refresh
    book.keep_refresh_family(
        RefreshFamily(
            name=token.family,
            secret=token.secret,
            code=granted.code,
            session=session.sid,
            client=client.id,
            scopes=granted.scopes,
            claims=granted.claims,
            expires_at=min(now + client.refresh_idle, session.expires_at),
            ends_at=session.expires_at,
            jkt=new.jkt if client.is_public else None,
            x5t=new.x5t if client.is_public and client.certificate_bound else None,
        )
    )


def to_be_examined(
    book: Book, asked: Refresh, new: New, limits: SessionLimits, within: timedelta, now: datetime
) -> Session | None:
    """The session of a token that is good, where something is asked first: the directory, as what is known of the
    person is older than `within`, or whether they may use the client's application.
    """
    family, session = _found(book, asked)
    if session is None or _fault(book, family, session, asked, new, limits, now) is not None:
        return None
    return None if recent(session.facts_at, now, within) and not asked.client.application else session


def rotate(
    book: Book, asked: Refresh, new: New, origin: Origin, limits: SessionLimits, now: datetime
) -> Redeemed | Refused:
    """What had to be asked first has been (`to_be_examined`). Refreshing is no activity: an application
    that does it by itself keeps nobody signed in.
    """
    family, session = _found(book, asked)
    fault = _fault(book, family, session, asked, new, limits, now)
    if fault is not None or family is None or session is None:
        _refuse(book, family, session, asked.client.id, fault or RefreshFault.UNKNOWN, origin, now)
        return _NOT_GOOD
    given = _given(family, asked.client)
    scopes, wanted = _narrowed(given.scopes, asked.scopes), given.claims
    if scopes is None:
        _record_refused(book, session, asked.client.id, OAuthError.INVALID_SCOPE, origin, now)
        return Refused(OAuthError.INVALID_SCOPE, "scope must contain openid, and no more than was given")
    renewed = replace(
        family,
        secret=new.refresh.secret,
        expires_at=min(now + asked.client.refresh_idle, family.ends_at),
        # of a client that begins to show a key: from then on nobody else refreshes by another
        jkt=new.jkt if family.jkt is None and asked.client.is_public else family.jkt,
    )
    book.keep_refresh_family(renewed)
    give_access(
        book,
        session,
        asked.client,
        Granted(family.code, scopes, wanted),
        new,
        origin,
        now,
        refreshed=True,
    )
    return Redeemed(
        client=asked.client,
        session=session,
        nonce=None,
        scopes=scopes,
        claims=wanted,
        refreshable=True,
        jkt=new.jkt,
    )


def _found(book: Book, asked: Refresh) -> tuple[RefreshFamily | None, Session | None]:
    family = book.refresh_family(asked.token.family) if asked.token is not None else None
    return family, book.session(family.session) if family is not None else None


def _given(family: RefreshFamily, client: Client) -> Granted:
    return open_now(Granted(family.code, family.scopes, family.claims), client)


def _fault(
    book: Book,
    family: RefreshFamily | None,
    session: Session | None,
    asked: Refresh,
    new: New,
    limits: SessionLimits,
    now: datetime,
) -> RefreshFault | DpopFault | CertificateFault | ConsentFault | None:
    if family is None or asked.token is None:
        return RefreshFault.UNKNOWN
    agreed = is_agreed_to(book, session, asked.client, _given(family, asked.client))
    checks = (
        (family.withdrawn_at is not None, RefreshFault.WITHDRAWN),
        (family.client != asked.client.id, RefreshFault.OF_ANOTHER_CLIENT),
        (now >= family.expires_at, RefreshFault.EXPIRED),
        (session is None or end_due(session, now, limits) is not None, RefreshFault.SESSION_ENDED),
        # before what ends the family: whoever has a token without its key can do nothing by it
        (family.jkt not in {None, new.jkt}, DpopFault.KEY_DIFFERS),
        (family.x5t not in {None, new.x5t}, CertificateFault.DIFFERS),
        (not asked.token.has(family.secret), RefreshFault.USED_TWICE),
        (not agreed, ConsentFault.MISSING),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _narrowed(given: tuple[Scope, ...], asked: frozenset[str] | None) -> tuple[Scope, ...] | None:
    """Those of `given` that are asked for; None where something else is (RFC 6749 §6)."""
    if asked is None:
        return given
    if Scope.OPENID not in asked or not asked <= {*given, OFFLINE_ACCESS}:
        return None
    return tuple(scope for scope in given if scope in asked)


def _refuse(
    book: Book,
    family: RefreshFamily | None,
    session: Session | None,
    client: ClientId,
    reason: RefreshFault | DpopFault | CertificateFault | ConsentFault,
    origin: Origin,
    now: datetime,
) -> None:
    if family is None or reason not in STOLEN:
        _record_refused(book, session, client, reason, origin, now)
        return
    book.record(
        events.RefreshTokenMisused(
            at=now,
            origin=origin,
            person=session.person.login if session else "",
            subject=session.person.subject if session else "",
            session=family.session,
            client=family.client,
            shown_by=client,
            reason=reason,
            revoked=book.withdraw_tokens(family.code, now),
        )
    )


def _record_refused(
    book: Book, session: Session | None, client: ClientId, reason: str, origin: Origin, now: datetime
) -> None:
    book.record(
        events.TokenRefused(
            at=now,
            origin=origin,
            person=session.person.login if session else "",
            subject=session.person.subject if session else "",
            client=client,
            reason=reason,
        )
    )
