"""The identity provider's book on one connection: what `idp.login` and `idp.oidc` look up and change."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from config.vocabulary import DeviceId, SessionId, SubjectId, device_subject
from gateway.storage.consents_book import ConsentsBook
from gateway.storage.flows_book import FlowsBook
from gateway.storage.identity_rows import (
    device_of,
    device_row,
    identity_key,
    link_of,
    link_row,
    session_of,
    session_row,
)
from gateway.storage.moment import micros, moment_of
from gateway.storage.proofs import proofs
from gateway.storage.recovery_rows import recovery_of, recovery_row
from gateway.storage.seal import Seal
from gateway.storage.suspended import is_suspended
from gateway.storage.tables.authenticators import pending_authenticator
from gateway.storage.tables.identity import (
    known_browser,
    known_login,
    new_device,
    password_change,
    provider_session,
    sign_in_guesses,
    upstream_link,
    upstream_logout_token,
)
from gateway.storage.tables.recovery import recovery_account
from gateway.storage.tables.sessions import session as gateway_session
from gateway.storage.technical_book import TechnicalBook
from gateway.storage.tokens_book import TokensBook
from idp.events import Event
from idp.login.authenticator import Proofs
from idp.login.handle import HandleHash
from idp.login.new_device import NewDevice
from idp.login.password_change import PasswordChange
from idp.login.pending import Pending
from idp.login.recovery import Account
from idp.login.session import Session
from idp.login.throttle import BucketKey, Times
from idp.login.totp import Secret
from idp.login.upstream import Identity, Link, SignedOut

_NEW_DEVICES = (  # made once: making it takes longer than running it
    select(new_device).where(new_device.c.subject == bindparam("whose")).order_by(new_device.c.at.desc())
)


class IdentityBook(FlowsBook, TechnicalBook, TokensBook, ConsentsBook):
    """Implements `idp.login.book.Book` and `idp.oidc.book.Book`; lives as long as one transaction."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, seal)
        self.events: list[Event] = []

    def record(self, event: Event) -> None:
        self.events.append(event)

    # guesses
    def guesses(self, key: BucketKey) -> Times:
        row = self._at(sign_in_guesses, key=key)
        times = [] if row is None else msgspec.json.decode(row.times, type=list[int])
        return tuple(moment_of(value) for value in times)

    def keep_guesses(self, key: BucketKey, times: Times, forget_at: datetime) -> None:
        if not times:
            self._drop(sign_in_guesses, key=key)
            return
        kept = msgspec.json.encode([micros(value) for value in times]).decode()
        self._put(sign_in_guesses, {"key": key, "times": kept, "forget_at": micros(forget_at)})

    # people
    def proofs(self, subjects: Collection[SubjectId], now: datetime) -> dict[SubjectId, Proofs]:
        return proofs(self._connection, subjects, now)

    def subject_of(self, login: str) -> SubjectId | None:
        row = self._at(known_login, login=login)
        return None if row is None else SubjectId(row.subject)

    def keep_subject_of(self, login: str, subject: SubjectId, now: datetime) -> None:
        self._put(known_login, {"login": login, "subject": subject, "seen_at": micros(now)})

    def forget_subject_of(self, login: str) -> None:
        self._drop(known_login, login=login)

    def knows_browser(self, browser: HandleHash, subject: SubjectId) -> bool:
        return self._at(known_browser, browser=browser, subject=subject) is not None

    def has_known(self, browser: HandleHash) -> bool:
        return self._at(known_browser, browser=browser) is not None

    def is_known_anywhere(self, subject: SubjectId) -> bool:
        return self._at(known_browser, subject=subject) is not None

    def browsers_of(self, subject: SubjectId) -> list[HandleHash]:
        query = select(known_browser.c.browser).where(known_browser.c.subject == subject)
        return [HandleHash(row.browser) for row in self._connection.execute(query)]

    def keep_browser(self, browser: HandleHash, subject: SubjectId, now: datetime) -> None:
        self._put(known_browser, {"browser": browser, "subject": subject, "seen_at": micros(now)})

    def people_of_browser(self, browser: HandleHash) -> list[SubjectId]:
        query = select(known_browser.c.subject).where(known_browser.c.browser == browser)
        return [SubjectId(row.subject) for row in self._connection.execute(query)]

    def rename_browser(self, before: HandleHash, after: HandleHash) -> None:
        for table in (known_browser, new_device):
            of_it = table.c.browser == before
            self._connection.execute(update(table).where(of_it).values(browser=after))

    def forget_browser(self, browser: HandleHash, subject: SubjectId) -> None:
        where = (known_browser.c.browser == browser) & (known_browser.c.subject == subject)
        self._connection.execute(delete(known_browser).where(where))

    def pending(self, session: SessionId) -> Pending | None:
        row = self._one(pending_authenticator, pending_authenticator.c.session == session)
        if row is None:
            return None
        secret = Secret(self._seal.open(row.sealed_secret, f"pending_authenticator:{session}").decode())
        return Pending(session, secret, row.challenge, moment_of(row.expires_at))

    def keep_pending(self, pending: Pending) -> None:
        place = f"pending_authenticator:{pending.session}"
        row = {
            "session": pending.session,
            "sealed_secret": self._seal.close(pending.secret.base32.encode(), place),
            "challenge": pending.challenge,
            "expires_at": micros(pending.expires_at),
        }
        self._put(pending_authenticator, row)

    def drop_pending(self, session: SessionId) -> None:
        mine = pending_authenticator.c.session == session
        self._connection.execute(delete(pending_authenticator).where(mine))

    def keep_password_change(self, change: PasswordChange) -> None:
        row = {
            "id": change.id,
            "subject": change.subject,
            "login": change.login,
            "began_at": micros(change.began_at),
        }
        self._put(password_change, row)

    def drop_password_change(self, name: str) -> None:
        self._drop(password_change, id=name)

    def password_changes(self, until: datetime) -> list[PasswordChange]:
        query = select(password_change).where(password_change.c.began_at <= micros(until))
        return [
            PasswordChange(row.id, SubjectId(row.subject), row.login, moment_of(row.began_at))
            for row in self._connection.execute(query.order_by(password_change.c.began_at))
        ]

    def keep_new_device(self, device: NewDevice) -> None:
        self._put(new_device, device_row(device))

    def new_devices(self, subject: SubjectId) -> list[NewDevice]:
        return [device_of(row) for row in self._connection.execute(_NEW_DEVICES, {"whose": subject})]

    def drop_new_device(self, device: NewDevice) -> None:
        same = (new_device.c.browser == device.browser) & (new_device.c.subject == device.subject)
        self._connection.execute(delete(new_device).where(same))

    def link(self, identity: Identity) -> Link | None:
        row = self._at(upstream_link, identity=identity_key(identity))
        return None if row is None else link_of(row)

    def links_of(self, subject: SubjectId) -> list[Link]:
        query = select(upstream_link).where(upstream_link.c.subject == subject)
        return [link_of(row) for row in self._connection.execute(query.order_by(upstream_link.c.linked_at))]

    def links(self) -> list[Link]:
        return [link_of(row) for row in self._connection.execute(select(upstream_link))]

    def keep_link(self, link: Link) -> None:
        self._put(upstream_link, link_row(link))

    def drop_link(self, identity: Identity) -> bool:
        return bool(self._drop(upstream_link, identity=identity_key(identity)))

    def spend_logout_token(self, mark: HandleHash, forget_at: datetime) -> bool:
        if self._at(upstream_logout_token, mark=mark) is not None:
            return False
        self._put(upstream_logout_token, {"mark": mark, "forget_at": micros(forget_at)})
        return True

    def recovery(self) -> Account | None:
        ended, issued = recovery_account.c.ended_at, recovery_account.c.issued_at
        query = select(recovery_account).order_by(ended.is_not(None), issued.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else recovery_of(row, self._seal)

    def keep_recovery(self, account: Account) -> None:
        self._put(recovery_account, recovery_row(account, self._seal))

    # sessions
    def session(self, sid: SessionId) -> Session | None:
        row = self._at(provider_session, sid=sid)
        return None if row is None else session_of(row)

    def session_of(self, handle: HandleHash) -> Session | None:
        row = self._at(provider_session, handle=handle)
        return None if row is None else session_of(row)

    def sessions_of_subject(self, subject: SubjectId) -> list[Session]:
        return self._living(provider_session.c.subject == subject)

    def sessions_in(self, device: DeviceId) -> list[Session]:
        return self._living(provider_session.c.device == device)

    def _living(self, where: ColumnElement[bool]) -> list[Session]:
        living = where & provider_session.c.ended_at.is_(None)
        query = select(provider_session).where(living).order_by(provider_session.c.created_at)
        return [session_of(row) for row in self._connection.execute(query)]

    def sessions_by_upstream(self, said: SignedOut) -> list[Session]:
        # the database finds by a part of the text, so that not everybody's session is read for one sign-out
        part = msgspec.json.encode(said.subject or said.sid).decode()
        maybe = self._living(provider_session.c.via.contains(part, autoescape=True))
        return [one for one in maybe if said.ends(one.via)]

    def device_suspended(self, device: DeviceId, now: datetime) -> bool:
        return is_suspended(self._connection, device_subject(device), now)

    def keep_session(self, session: Session) -> None:
        self._put(provider_session, session_row(session))
        if session.ended_at is not None:
            self._due_for_clients(session.sid, session.ended_at)

    def keep_seen(self, sid: SessionId, now: datetime, idle: timedelta) -> None:
        """The gateway's session goes idle together with ours; one that has ended or is idle stays so."""
        ours, here = provider_session, gateway_session
        living = (ours.c.sid == sid) & ours.c.ended_at.is_(None) & (ours.c.last_seen < micros(now))
        self._connection.execute(update(ours).where(living).values(last_seen=micros(now)))
        busy = (here.c.provider_sid == sid) & here.c.ended_at.is_(None)
        since = here.c.last_seen_at.between(micros(now - idle), micros(now))
        self._connection.execute(update(here).where(busy, since).values(last_seen_at=micros(now)))
