"""Tokens that a client gives back (RFC 7009); inside one transaction of the caller."""

from datetime import datetime

from idp import events
from idp.events import Origin
from idp.login.handle import hashed, read_handle
from idp.oidc import refresh_token
from idp.oidc.book import AccessToken, Book, RefreshFamily
from idp.oidc.client import Client
from idp.oidc.errors import OAuthError, Refused, TokenFault

NOT_YOURS = Refused(OAuthError.UNAUTHORIZED_CLIENT, "the token was given to another client")


def revoke(book: Book, text: str, client: Client, origin: Origin, now: datetime) -> Refused | None:
    """What opens nothing, or nothing any more, is revoked already (§2.2). With a refresh token, whichever of its
    family, goes everything that came of the sign-in at the client (§2.1).
    """
    found = token_of(book, text)
    if found is None:
        return None
    if found.client != client.id:
        refused = events.ClientRefused(
            at=now, origin=origin, client=client.id, reason=TokenFault.OF_ANOTHER_CLIENT, endpoint="revoke"
        )
        book.record(refused)
        return NOT_YOURS
    number = _withdrawn(book, found, now)
    if number:
        session = book.session(found.session)
        revoked = events.TokenRevoked(
            at=now,
            origin=origin,
            person=session.person.login if session else "",
            subject=session.person.subject if session else "",
            session=found.session,
            client=client.id,
            revoked=number,
        )
        book.record(revoked)
    return None


def _withdrawn(book: Book, found: AccessToken | RefreshFamily, now: datetime) -> int:
    if isinstance(found, RefreshFamily):
        return book.withdraw_tokens(found.code, now)
    return book.drop_token(found.hash)


def token_of(book: Book, text: str) -> AccessToken | RefreshFamily | None:
    """What a token of either kind stands for, good or not."""
    handle, again = read_handle(text), refresh_token.read(text)
    if handle is not None:
        return book.token(hashed(handle))
    return book.refresh_family(again.parts().family) if again is not None else None
