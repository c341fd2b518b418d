"""Identities of other providers that are linked with people; inside transactions of the caller."""

from dataclasses import replace
from datetime import datetime

from idp import events
from idp.events import Actor, Origin
from idp.login.book import Book
from idp.login.outcome import about
from idp.login.refusal import Refusal
from idp.login.session import Session
from idp.login.upstream import Identity, Link, Proven

NAME_MAX = 100  # characters that are kept of what a provider calls somebody


def keep(book: Book, proven: Proven, session: Session, origin: Origin, now: datetime) -> None:
    """Both sides were shown in the sign-in that opened `session`. An identity that is another's stays theirs."""
    person, identity = session.person, proven.via.identity
    there = book.link(identity)
    who = about(person, origin, now)
    if there is not None:
        if there.subject != person.subject:
            reason = Refusal.UPSTREAM_LINKED_BEFORE
            book.record(events.UpstreamRefused(**who, provider=proven.via.provider, reason=reason))
        return
    book.keep_link(
        Link(
            identity=identity,
            provider=proven.via.provider,
            name=proven.name[:NAME_MAX],
            subject=person.subject,
            linked_at=now,
        )
    )
    book.record(
        events.UpstreamLinked(
            **who, provider=proven.via.provider, identity=identity.subject, session=session.sid
        )
    )


def used(book: Book, identity: Identity, now: datetime) -> None:
    link = book.link(identity)
    if link is not None:
        book.keep_link(replace(link, last_used_at=now))


def ended(
    link: Link, login: str, by: Actor, origin: Origin, now: datetime, why: str = ""
) -> events.UpstreamUnlinked:
    """What is recorded of a link that ends. `login`: the person's."""
    return events.UpstreamUnlinked(
        at=now,
        origin=origin,
        person=login,
        subject=link.subject,
        provider=link.provider,
        identity=link.identity.subject,
        by=by,
        why=why,
    )
