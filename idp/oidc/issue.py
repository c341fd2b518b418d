"""What a client gets at the token endpoint, however it asked: an access token, and a record of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp import events
from idp.events import Origin
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.oidc import claims, consent
from idp.oidc.book import AccessToken, Book
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client, Scope
from idp.oidc.refresh_token import Parts

TOKEN_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What the tokens will be known by, drawn by the caller."""

    access: HandleHash
    refresh: Parts
    jkt: str | None = None
    """Thumbprint of the key that who asks has shown to hold (RFC 9449): the tokens are bound to it."""
    x5t: str | None = None
    """Thumbprint of the certificate that came with the request; tokens are bound to it where the client wants that."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What tokens open, and of which code they came."""

    code: HandleHash
    scopes: tuple[Scope, ...]
    claims: ClaimsRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What the id token is made of."""

    client: Client
    session: Session
    nonce: str | None
    scopes: tuple[Scope, ...]
    claims: ClaimsRequest
    refreshable: bool
    """Whether a refresh token goes with it."""
    jkt: str | None
    """Of the key that its access token is bound to."""


def open_now(given: Granted, client: Client) -> Granted:
    """Without what the client may ask for no more: it was changed since."""
    scopes = tuple(scope for scope in given.scopes if scope in client.scopes | client.always)
    return Granted(given.code, scopes, given.claims.only(claims.open_to(client)))


def is_agreed_to(book: Book, session: Session | None, client: Client, given: Granted) -> bool:
    """Whether its person agrees to it still, where the client is outside the centre: looked at in the transaction that
    gives it. Without a session nothing is given anyway.
    """
    if client.outside is None or session is None:
        return True
    agreed = book.consent(session.person.subject, client.id)
    return agreed is not None and consent.agreed_to(given.scopes, given.claims) <= agreed.scopes


def give_access(
    book: Book,
    session: Session,
    client: Client,
    granted: Granted,
    new: New,
    origin: Origin,
    now: datetime,
    *,
    refreshed: bool = False,
) -> None:
    book.keep_token(
        AccessToken(
            hash=new.access,
            code=granted.code,
            session=session.sid,
            client=client.id,
            scopes=granted.scopes,
            claims=granted.claims,
            expires_at=now + TOKEN_LIFETIME,
            jkt=new.jkt,
            x5t=new.x5t if client.certificate_bound else None,
        )
    )
    issued = events.TokenIssued(
        at=now,
        origin=origin,
        person=session.person.login,
        subject=session.person.subject,
        session=session.sid,
        client=client.id,
        refreshed=refreshed,
    )
    book.record(issued)
