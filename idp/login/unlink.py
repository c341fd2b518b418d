"""A link with another provider's identity ends, and what was opened by it; inside one transaction of the caller."""

from datetime import datetime

from config.vocabulary import SessionId
from idp.events import NOWHERE, Actor, EndReason, Origin
from idp.login import desk, links
from idp.login.book import Book
from idp.login.session import Session
from idp.login.upstream import Identity, Link


def unlink(
    book: Book,
    link: Link,
    login: str,
    by: Actor,
    reason: EndReason,
    origin: Origin,
    now: datetime,
    why: str = "",
) -> tuple[SessionId, ...]:
    """Ends sessions that rest on it, and sign-ins under way: it may have been shown there. `login`: the person's."""
    if not book.drop_link(link.identity):
        return ()
    book.drop_flows_of(link.subject)
    book.record(links.ended(link, login, by, origin, now, why))
    return desk.end(book, _resting_on(book, link), reason, origin, now, by)


def _resting_on(book: Book, link: Link) -> list[Session]:
    mine = book.sessions_of_subject(link.subject)
    return [one for one in mine if one.via is not None and one.via.identity == link.identity]


def unlink_gone(
    book: Book, link: Link, directory: str, read_at: datetime, now: datetime
) -> tuple[SessionId, ...]:
    """Of somebody whom the directory, as of `read_at`, has no more: else the identity would be nobody else's for ever.

    One that was linked since then is of somebody whom it may not have known yet.
    """
    there = book.link(link.identity)
    if there is None or there.subject != link.subject or there.linked_at >= read_at:
        return ()
    by = Actor(f"directory:{directory}", "")
    return unlink(book, there, "", by, EndReason.ACCOUNT_CLOSED, NOWHERE, now)


def own_unlink(
    book: Book, session: Session, identity: Identity, origin: Origin, now: datetime
) -> tuple[SessionId, ...] | None:
    """By the person: takes no fresh proof, as it only shuts a way in. None: it is not theirs, or over."""
    link = book.link(identity)
    if link is None or link.subject != session.person.subject:
        return None
    by = Actor(session.person.login, session.person.subject)
    return unlink(book, link, session.person.login, by, EndReason.SIGNED_OUT_ELSEWHERE, origin, now)
