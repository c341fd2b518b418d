"""Consent to a relying party outside the centre: when a person is asked, for what, and when they are asked again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from config.vocabulary import SubjectId
from idp import events
from idp.events import Event, Origin
from idp.login.session import Session
from idp.oidc import claims
from idp.oidc.authorize import Prompt, Request
from idp.oidc.claims import Municipalities
from idp.oidc.claims_request import ClaimsRequest
from idp.oidc.client import Client, ClientId, Scope
from idp.oidc.errors import OAuthError, Refused

REQUIRED = Refused(OAuthError.CONSENT_REQUIRED, "the person has not agreed to this yet")
NOT_GIVEN = Refused(OAuthError.ACCESS_DENIED, "the person did not agree")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person has agreed that a client may learn of them."""

    subject: SubjectId
    client: ClientId
    scopes: frozenset[Scope]
    given_at: datetime


class Book(Protocol):
    def consent(self, subject: SubjectId, client: ClientId) -> Consent | None: ...

    def keep_consent(self, consent: Consent) -> None: ...

    def drop_consent(self, subject: SubjectId, client: ClientId, now: datetime) -> int | None:
        """With the tokens that the client has of the person: how many; None: there was no consent."""
        ...

    def record(self, event: Event) -> None: ...


def is_needed(request: Request, client: Client, given: Consent | None) -> bool:
    """Never by a client of the centre; what is asked for beyond what was agreed is asked about again."""
    if client.outside is None:
        return False
    if given is None or Prompt.CONSENT in request.prompts:
        return True
    return not learns(request) <= given.scopes


def learns(request: Request) -> frozenset[Scope]:
    return agreed_to(request.scopes, request.claims)


def agreed_to(scopes: Iterable[Scope], wanted: ClaimsRequest) -> frozenset[Scope]:
    """What somebody agrees to who lets a client learn that.

    A scope of which one claim alone is asked for (Core §5.5) is agreed to as a whole.
    """
    names = {*wanted.id_token, *wanted.userinfo}
    return frozenset(scopes) | {scope for scope, told in claims.OF_SCOPE.items() if names & set(told)}


def told(session: Session, request: Request, client: Client, district: Municipalities) -> dict[str, Any]:
    """Each claim that the client would learn, with its value; without the name that it knows the person by."""
    asked = learns(request)
    said = claims.of_person(session, (one for one in Scope if one in asked), client, district=district)
    return {name: value for name, value in said.items() if name != "sub"}


def give(book: Book, request: Request, session: Session, origin: Origin, now: datetime) -> None:
    """What was agreed before stays agreed."""
    subject, client = session.person.subject, request.target.client
    before = book.consent(subject, client)
    scopes = learns(request) | (frozenset() if before is None else before.scopes)
    book.keep_consent(Consent(subject=subject, client=client, scopes=scopes, given_at=now))
    book.record(
        events.ConsentGiven(
            at=now,
            origin=origin,
            person=session.person.login,
            subject=subject,
            session=session.sid,
            client=client,
            scopes=tuple(scope.value for scope in Scope if scope in learns(request)),
        )
    )


def refuse(book: Book, request: Request, session: Session, origin: Origin, now: datetime) -> None:
    book.record(
        events.ConsentRefused(
            at=now,
            origin=origin,
            person=session.person.login,
            subject=session.person.subject,
            session=session.sid,
            client=request.target.client,
            reason=NOT_GIVEN.error,
        )
    )


def withdraw(book: Book, session: Session, client: ClientId, origin: Origin, now: datetime) -> bool:
    """By the person: what the client was given of them is good no more. False: there was no consent."""
    subject = session.person.subject
    revoked = book.drop_consent(subject, client, now)
    if revoked is None:
        return False
    book.record(
        events.ConsentWithdrawn(
            at=now,
            origin=origin,
            person=session.person.login,
            subject=subject,
            session=session.sid,
            client=client,
            revoked=revoked,
        )
    )
    return True
