"""Codes and what they are exchanged for; each function runs inside one transaction of the caller."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from idp import events
from idp.events import Origin
from idp.login.handle import HandleHash
from idp.login.session import Session, SessionLimits, end_due
from idp.oidc import pkce, refresh
from idp.oidc.authorize import Refusable, Request
from idp.oidc.book import AccessToken, Book, Code
from idp.oidc.client import Client
from idp.oidc.errors import CodeFault, ConsentFault, DpopFault, OAuthError, Refused
from idp.oidc.issue import Granted, New, Redeemed, is_agreed_to, open_now

CODE_LIFETIME = timedelta(seconds=60)  # RFC 6749 §4.1.2 allows ten minutes; a redirect takes a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A token request of an authenticated client (RFC 6749 §4.1.3)."""

    client: Client
    code: HandleHash
    redirect_uri: str
    verifier: str


def issue_code(
    book: Book,
    request: Request,
    session: Session,
    code: HandleHash,
    origin: Origin,
    now: datetime,
    rule: str = "",
    policy_version: str = "",
) -> None:
    """`rule`, `policy_version`: by which the person may use the client's application, where it has one."""
    kept = Code(
        hash=code,
        session=session.sid,
        client=request.target.client,
        redirect_uri=request.target.redirect_uri,
        challenge=request.challenge,
        nonce=request.nonce,
        scopes=request.scopes,
        claims=request.claims,
        refresh=request.refresh,
        jkt=request.jkt,
        expires_at=now + CODE_LIFETIME,
    )
    book.keep_code(kept)
    granted = events.AuthorizationGranted(
        at=now,
        origin=origin,
        person=session.person.login,
        subject=session.person.subject,
        session=session.sid,
        client=kept.client,
        rule=rule,
        policy_version=policy_version,
    )
    book.record(granted)


def refuse_authorization(book: Book, refusable: Refusable, origin: Origin, now: datetime) -> None:
    refused = events.AuthorizationRefused(
        at=now, origin=origin, client=refusable.target.client, reason=refusable.refused.reason
    )
    book.record(refused)


def redeem(
    book: Book, exchange: Exchange, new: New, origin: Origin, limits: SessionLimits, now: datetime
) -> Redeemed | Refused:
    """Exchange a code, once. The code is spent by the first attempt of its client, right or wrong."""
    code = book.code(exchange.code)
    session = book.session(code.session) if code is not None else None
    granted = None
    if code is not None:
        granted = open_now(Granted(code.hash, code.scopes, code.claims), exchange.client)
    agreed = granted is None or is_agreed_to(book, session, exchange.client, granted)
    fault = _fault(code, session, exchange, new, limits, now) or (None if agreed else ConsentFault.MISSING)
    withdrawn = 0
    if code is not None and code.client == exchange.client.id:
        if code.used_at is not None:
            withdrawn = book.withdraw_tokens(
                code.hash, now
            )  # RFC 6749 §4.1.2: somebody else has the code too
        else:
            book.keep_code(replace(code, used_at=now))
    if fault is not None or code is None or session is None or granted is None:
        reason = fault or CodeFault.UNKNOWN
        refused = events.TokenRefused(
            at=now,
            origin=origin,
            person=session.person.login if session else "",
            subject=session.person.subject if session else "",
            client=exchange.client.id,
            reason=reason,
            revoked=withdrawn,
        )
        book.record(refused)
        # one answer for all: it must not tell a thief what is missing
        return Refused(OAuthError.INVALID_GRANT, "the code cannot be exchanged; begin a new sign-in")
    given = refresh.give(book, session, exchange.client, granted, new, origin, now, refreshes=code.refresh)
    return replace(given, nonce=code.nonce)


def _fault(
    code: Code | None,
    session: Session | None,
    exchange: Exchange,
    new: New,
    limits: SessionLimits,
    now: datetime,
) -> CodeFault | DpopFault | None:
    if code is None:
        return CodeFault.UNKNOWN
    checks = (
        (code.client != exchange.client.id, CodeFault.OF_ANOTHER_CLIENT),
        (code.used_at is not None, CodeFault.USED_TWICE),
        (now >= code.expires_at, CodeFault.EXPIRED),
        (code.redirect_uri != exchange.redirect_uri, CodeFault.REDIRECT_URI_DIFFERS),
        # taken from the client meanwhile, as it was somebody else's
        (code.redirect_uri not in exchange.client.redirect_uris, CodeFault.REDIRECT_URI_DIFFERS),
        (not pkce.proves(exchange.verifier, code.challenge), CodeFault.VERIFIER_WRONG),
        (code.jkt not in {None, new.jkt}, DpopFault.KEY_DIFFERS),
        (session is None or end_due(session, now, limits) is not None, CodeFault.SESSION_ENDED),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def opened_by(
    book: Book, token: HandleHash, limits: SessionLimits, now: datetime
) -> tuple[Session, AccessToken] | None:
    """An access token that is good, and the session it opens; None when it opens nothing (any more)."""
    kept = book.token(token)
    if kept is None or now >= kept.expires_at:
        return None
    session = book.session(kept.session)
    if session is None or end_due(session, now, limits) is not None:
        return None
    return session, kept
