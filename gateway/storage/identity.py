"""Keeps what the identity provider keeps: every step's changes and its audit entries in one write."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, literal_column, select, tuple_

from config.settings import SignIn
from config.vocabulary import SessionId, SubjectId
from gateway.audit.entry import Entry, Outcome
from gateway.audit.identity_events import entry_of
from gateway.audit.sparing import Sparing, SparingEach, told
from gateway.storage.client_sign_outs import due_where_unmarked
from gateway.storage.database import Database
from gateway.storage.identity_book import IdentityBook
from gateway.storage.identity_rows import session_of
from gateway.storage.idle import AT_THE_PROVIDER, idle_micros
from gateway.storage.moment import micros
from gateway.storage.notices import Post
from gateway.storage.seal import Seal
from gateway.storage.tables.authenticators import enrolment_code, pending_authenticator
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    device_grant,
    known_browser,
    known_login,
    new_device,
    provider_session,
    pushed_request,
    refresh_family,
    sign_in_flow,
    sign_in_guesses,
    upstream_logout_token,
)
from gateway.storage.tables.technical import technical_assertion
from idp.directory.person import Person
from idp.events import (
    NOWHERE,
    DeviceAuthorizationAsked,
    EndReason,
    Event,
    RecoveryRefused,
    SignInNotBegun,
    SignInStarted,
    Throttled,
    UpstreamNotLinked,
)
from idp.login import conduct_password_change, desk, under_way
from idp.login.authenticator import Proof, enrolled, new_authenticator_id
from idp.login.new_device import NewDevice
from idp.login.recovery_use import RIGHT_SECRET
from idp.login.refusal import Refusal
from idp.login.session import Session, end_due
from idp.login.totp import Enrolled, Secret
from idp.login.under_way import News, Stopped

T = TypeVar("T")
Append = Callable[[Connection, Sequence[Entry]], object]

SWEPT_AT_ONCE = 500  # rows of each table in one transaction: bounds how long other writers wait
REPLAYS_NOTICED = timedelta(
    hours=1
)  # spent codes and refresh tokens are kept so long, to notice that one is used again
ENDED_KEPT = timedelta(days=7)  # ended sessions and enrolment codes; the log keeps them longer
FORGOTTEN = timedelta(days=180)  # logins and browsers not seen for so long


STRANGERS_KEPT = (1_000, timedelta(minutes=1))
"""Anybody can begin sign-ins, cause refusals of nobody known, and try the account of last resort. More than these of
each kind are counted; their requests are in the access log."""
KEPT_OF_EACH = (60, timedelta(minutes=1))
"""Sign-ins begun or not begun in the browsers of one person, by whoever has their cookies."""
THROTTLED_KEPT_OF_EACH = (10, timedelta(minutes=1))
"""Anybody can go on guessing at somebody who has no guess left, or asking from a device that is suspended; that it is
so, no flood hides."""


class IdentityStore:
    """Within each transaction `append` writes entries to the audit log, and `post` notices to the outbox."""

    def __init__(
        self, database: Database, seal: Seal, append: Append, post: Post = lambda _connection, _events: None
    ) -> None:
        self._post = post
        self._database = database
        self._seal = seal
        self._append = append
        # used by the writer's thread alone
        self._refused, self._begun = Sparing(*STRANGERS_KEPT), Sparing(*STRANGERS_KEPT)
        # of its own: no other flood hides that somebody tried it
        self._last_resort = Sparing(*STRANGERS_KEPT)
        self._of_browsers, self._throttled = SparingEach(*KEPT_OF_EACH), SparingEach(*THROTTLED_KEPT_OF_EACH)
        self._of_devices = SparingEach(*THROTTLED_KEPT_OF_EACH)

    async def transact(self, work: Callable[[IdentityBook], T]) -> T:
        """Run `work` in one write: all it changes and records is durable together when this returns."""

        def write(connection: Connection) -> T:
            book = IdentityBook(connection, self._seal)
            answer = work(book)
            self._record(connection, book)
            return answer

        return await self._database.write(write)

    async def look(self, query: Callable[[IdentityBook], T]) -> T:
        """Run `query`, which finds a few rows and changes nothing, on a snapshot."""
        return await self._database.look_up(lambda connection: query(IdentityBook(connection, self._seal)))

    async def survey(self, query: Callable[[IdentityBook], T]) -> T:
        """The same where it may look at many rows."""
        return await self._database.read(lambda connection: query(IdentityBook(connection, self._seal)))

    async def enrol_for(self, subject: SubjectId, secret: Secret, now: datetime) -> None:
        """Give a person an application for one-time codes without a sign-in: for accounts prepared beforehand."""
        means = Enrolled(secret, -1)
        prepared = enrolled(new_authenticator_id(), subject, means, "", Proof.PREPARED, now)
        await self.transact(lambda book: book.keep_authenticator(prepared))

    async def new_devices(self, subject: SubjectId) -> list[NewDevice]:
        """Browsers of which the person has not yet said whose they are."""
        return await self.look(lambda book: book.new_devices(subject))

    async def signing_in(
        self, now: datetime, only: Collection[SubjectId] | None = None
    ) -> dict[SubjectId, datetime]:
        """People (of `only`) in the middle of a sign-in, and when the directory was asked about them."""
        return await self.survey(lambda book: book.people_signing_in(now, only))

    async def stop_sign_ins(self, news: News, limits: SignIn, now: datetime) -> Sequence[Stopped]:
        """See `idp.login.under_way`; nothing is written where there is nothing to stop."""
        if not await self.survey(lambda book: under_way.concerns(book, news, limits, now)):
            return ()
        return await self.transact(lambda book: under_way.stop(book, news, limits, now))

    async def refresh(
        self, sid: SessionId, person: Person | None, limits: SignIn, now: datetime
    ) -> Session | None:
        """Put newly read facts into a session; None when that ended it."""
        return await self.transact(lambda book: desk.refresh(book, sid, person, limits, now))

    async def settle_password_changes(self, now: datetime) -> tuple[SessionId, ...]:
        """At a start: what a process that died in the middle of a change left open."""
        return await self.transact(
            lambda book: conduct_password_change.settled(book, now, patience=timedelta(0))
        )

    async def sweep(self, limits: SignIn, now: datetime) -> tuple[SessionId, ...]:
        """Remove all expired rows; end sessions that are over and answer their names.

        In bounded transactions, between which other writers have their turn: strangers make rows faster than a bounded
        number each minute would remove them.
        """
        over: tuple[SessionId, ...] = ()
        more = True
        while more:
            ended, more = await self._database.write(lambda connection: self._swept(connection, limits, now))
            over += ended
        return over

    def _swept(
        self, connection: Connection, limits: SignIn, now: datetime
    ) -> tuple[tuple[SessionId, ...], bool]:
        """Names of the sessions that ended, and whether there may be more to do.

        What a process that died in the middle of a change of a password left open is settled here too.
        """
        book = IdentityBook(connection, self._seal)
        due = provider_session.c.ended_at.is_(None) & (
            (provider_session.c.expires_at <= micros(now))
            | (
                provider_session.c.last_seen
                <= micros(now) - literal_column(idle_micros(limits, AT_THE_PROVIDER))
            )
        )
        rows = connection.execute(select(provider_session).where(due).limit(SWEPT_AT_ONCE)).all()
        over = [*conduct_password_change.settled(book, now)]
        for row in rows:
            session = session_of(row)
            reason = end_due(session, now, limits) or EndReason.IDLE
            over += desk.end(book, (session,), reason, NOWHERE, now)
        most = len(rows)
        for table, column, before in (
            (sign_in_flow, sign_in_flow.c.expires_at, now),
            (sign_in_guesses, sign_in_guesses.c.forget_at, now),
            (access_token, access_token.c.expires_at, now),
            (technical_assertion, technical_assertion.c.expires_at, now),
            (authorization_code, authorization_code.c.expires_at, now - REPLAYS_NOTICED),
            (pushed_request, pushed_request.c.expires_at, now - REPLAYS_NOTICED),
            (refresh_family, refresh_family.c.expires_at, now - REPLAYS_NOTICED),
            (device_grant, device_grant.c.expires_at, now - REPLAYS_NOTICED),
            (enrolment_code, enrolment_code.c.expires_at, now - ENDED_KEPT),
            (known_login, known_login.c.seen_at, now - FORGOTTEN),
            (known_browser, known_browser.c.seen_at, now - FORGOTTEN),
            (new_device, new_device.c.at, now - FORGOTTEN),
            (pending_authenticator, pending_authenticator.c.expires_at, now),
            (upstream_logout_token, upstream_logout_token.c.forget_at, now),
            (provider_session, provider_session.c.ended_at, now - ENDED_KEPT),
        ):
            most = max(most, _remove(connection, table, column <= micros(before)))
        most = max(most, due_where_unmarked(connection, now, SWEPT_AT_ONCE))
        self._record(connection, book)
        return tuple(over), most == SWEPT_AT_ONCE

    def _record(self, connection: Connection, book: IdentityBook) -> None:
        if book.events:
            self._append(connection, list(self._spared(book.events)))
            self._post(connection, book.events)

    def _spared(self, events: Sequence[Event]) -> Iterator[Entry]:
        """Whatever concerns a person is kept, and what is refused to whoever has the right recovery secret. What others
        can cause about a person at will is counted by person.
        """
        for event in events:
            entry = entry_of(event)
            sparing = self._sparing_of(event, entry)
            left_out = 0 if sparing is None else sparing.take(event.at)
            if left_out is not None:
                yield replace(entry, details={**entry.details, **told(left_out)})

    def _sparing_of(self, event: Event, entry: Entry) -> Sparing | None:
        if isinstance(event, SignInNotBegun) and event.reason == Refusal.DEVICE_SUSPENDED:
            return self._of_devices.of(event.origin.device, event.at)
        if isinstance(event, SignInStarted | SignInNotBegun) and event.known_to is not None:
            return self._of_browsers.of(event.known_to, event.at)
        if isinstance(event, SignInStarted):
            return self._begun
        if isinstance(event, Throttled) and event.subject:
            return self._throttled.of(event.subject, event.at)
        if isinstance(event, RecoveryRefused):
            return None if event.reason in RIGHT_SECRET else self._last_resort
        # whoever has an account at another provider can cause as many of the latter as they like, and anybody can
        # run a program that asks for codes
        causable = isinstance(event, UpstreamNotLinked | DeviceAuthorizationAsked)
        of_strangers = entry.outcome is Outcome.REFUSED or causable
        return self._refused if not entry.subject and of_strangers else None


def _remove(connection: Connection, table: Table, where: Any) -> int:
    """How many rows: `SWEPT_AT_ONCE` at most."""
    keys = list(table.primary_key)
    some = select(*keys).where(where).limit(SWEPT_AT_ONCE)
    return connection.execute(delete(table).where(tuple_(*keys).in_(some))).rowcount
