"""Single sign-on ends with the gateway's sessions: in their transaction, with the provider's own entries.

Were it a second transaction, a crash between the two would leave the provider's session alive, and one click
would sign in again, without any factor, whoever was just put out.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.vocabulary import SessionId, SubjectId, device_of
from gateway.audit.entry import Entry
from gateway.audit.identity_events import entry_of
from gateway.sessions.assistance import has_now
from gateway.sessions.lost_factors import Meanwhile, Removal
from gateway.sessions.session import EndReason
from gateway.storage.identity_book import IdentityBook
from gateway.storage.notices import Post
from gateway.storage.seal import Seal
from idp import events
from idp.events import Actor, Origin
from idp.login import desk, unlink
from idp.login.authenticator import AuthenticatorId

Append = Callable[[Connection, Sequence[Entry]], object]

REASONS = {
    EndReason.SIGNED_OUT: events.EndReason.SIGNED_OUT,
    EndReason.SIGNED_OUT_EVERYWHERE: events.EndReason.SIGNED_OUT_EVERYWHERE,
    EndReason.ENDED_BY_OFFICER: events.EndReason.BY_OFFICER,
    EndReason.IDLE: events.EndReason.IDLE,
    EndReason.TOO_LONG: events.EndReason.ABSOLUTE,
    EndReason.ACCOUNT_GONE: events.EndReason.ACCOUNT_CLOSED,
    EndReason.ACCOUNT_DISABLED: events.EndReason.ACCOUNT_CLOSED,
    EndReason.ACCOUNT_EXPIRED: events.EndReason.ACCOUNT_CLOSED,
    EndReason.PASSWORD_MUST_CHANGE: events.EndReason.ACCOUNT_CLOSED,
    EndReason.PASSWORD_EXPIRED: events.EndReason.ACCOUNT_CLOSED,
    EndReason.ROLES_MIXED: events.EndReason.ACCOUNT_CLOSED,
    EndReason.FACTOR_TOO_WEAK: events.EndReason.FACTOR_TOO_WEAK,
    EndReason.ROLE_LOST: events.EndReason.ROLE_LOST,
}
"""Why a session of the provider ends when the gateway's does; what began there is not told back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What ends at the gateway."""

    sids: Collection[SessionId]
    """The provider's names of the sessions."""
    people: Collection[SubjectId]
    """Whose every session ends, also those that no session at the gateway belongs to; a device among them: in which."""
    reason: EndReason
    origin: Origin
    by: Actor | None
    """Who ends them, where that is neither the person nor we."""
    at: datetime


EndAtProvider = Callable[[Connection, Ending], object]
"""Ends them at the provider too, within the transaction that is open."""


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    seal: Seal
    append: Append
    post: Post = lambda _connection, _events: None

    def end(self, connection: Connection, ending: Ending) -> None:
        """Implements `EndAtProvider`."""
        book = IdentityBook(connection, self.seal)
        _end(book, ending)
        self._record(connection, book)

    def ending_without_factor(self, removal: Removal) -> EndAtProvider:
        """For a lost factor: it goes with the sessions. Whoever found it signs in neither with nor without them.

        What a person has is looked at in the transaction: of two officers at once the second removes neither what is
        gone nor the last one. Raises Meanwhile then, and nothing ends.
        """
        login, by, why, origin = removal.login, removal.by, removal.why, removal.origin

        def end(connection: Connection, ending: Ending) -> None:
            book = IdentityBook(connection, self.seal)
            for subject in ending.people:
                has, only = has_now(book, subject), removal.only
                wrong = has.why_not(only)
                if wrong is not None:
                    raise Meanwhile(wrong)
                if only is None:
                    desk.remove_factors(book, subject, login, by, ending.at, why, origin)
                elif (link := has.link(only)) is not None:
                    unlink.unlink(book, link, login, by, events.EndReason.BY_OFFICER, origin, ending.at, why)
                else:
                    desk.remove_factor(
                        book, subject, AuthenticatorId(only), login, by, ending.at, why, origin
                    )
            _end(book, replace(ending, by=by, origin=origin))  # of whom no session here was open too
            self._record(connection, book)

        return end

    def _record(self, connection: Connection, book: IdentityBook) -> None:
        if book.events:
            self.append(connection, [entry_of(event) for event in book.events])
            self.post(connection, book.events)


def _end(book: IdentityBook, ending: Ending) -> None:
    reason = REASONS.get(ending.reason)
    if reason is None:
        return
    for sid in ending.sids:
        desk.end_one(book, sid, reason, ending.origin, ending.at, ending.by)
    for subject in ending.people:
        if (device := device_of(subject)) is not None:
            desk.end(book, book.sessions_in(device), reason, ending.origin, ending.at, ending.by)
        else:
            desk.end_all(book, subject, reason, ending.origin, ending.at, by=ending.by)
