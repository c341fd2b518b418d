"""Conducts what surrounds a change in the directory; each function runs inside one transaction of the caller.

The change is said in the log before the directory is asked, and is kept until its end is recorded. A process that dies
in between leaves it open, and then nobody can say whether the password was changed. Whoever finds it open records
that, and ends what the old password opened. The person is in no dead end: the new password signs in, or the old one
does, and must be changed as before.
"""

from datetime import datetime, timedelta

from config.vocabulary import SessionId
from idp import events
from idp.events import NOWHERE, EndReason, Origin
from idp.login import desk
from idp.login.book import Book
from idp.login.password_change import PasswordChange

TAKES_AT_MOST = timedelta(minutes=5)
"""Several servers of a directory, each with its time-outs, and a reading of the person after it."""


def begun(book: Book, change: PasswordChange, origin: Origin) -> None:
    """In the transaction after which the directory is asked; `Book.drop_password_change` in the one that ends it."""
    book.keep_password_change(change)
    book.record(
        events.PasswordChangeBegun(
            at=change.began_at, origin=origin, person=change.login, subject=change.subject
        )
    )


def unknown(book: Book, change: PasswordChange, origin: Origin, now: datetime) -> None:
    """Say in the log that nobody knows how it ended; ending what the old password opened is the caller's."""
    book.record(
        events.PasswordChangeUnknown(
            at=now, origin=origin, person=change.login, subject=change.subject, began_at=change.began_at
        )
    )


def settled(book: Book, now: datetime, patience: timedelta = TAKES_AT_MOST) -> tuple[SessionId, ...]:
    """What a process that died left open; the names of the sessions that ended for it.

    `patience`: none at a start, when no other process can be at it still.
    """
    names: tuple[SessionId, ...] = ()
    for change in book.password_changes(now - patience):
        book.drop_password_change(change.id)
        unknown(book, change, NOWHERE, now)
        names += desk.end_all(book, change.subject, EndReason.PASSWORD_CHANGE_UNKNOWN, NOWHERE, now)
    return names
