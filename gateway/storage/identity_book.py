"""The identity provider's book on one connection: what `idp.login` and `idp.oidc` look up and change."""

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from config.vocabulary import SessionId, SubjectId
from gateway.storage.authenticators_book import AuthenticatorsBook
from gateway.storage.identity_rows import (
    code_of,
    code_row,
    flow_of,
    flow_row,
    session_of,
    session_row,
    token_of,
    token_row,
)
from gateway.storage.moment import micros, moment_of
from gateway.storage.recovery_rows import recovery_of, recovery_row
from gateway.storage.seal import Seal
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    known_browser,
    known_login,
    provider_session,
    sign_in_flow,
    sign_in_guesses,
)
from gateway.storage.tables.recovery import recovery_account
from idp.events import Event
from idp.login.book import Flow
from idp.login.handle import FlowId, HandleHash
from idp.login.recovery import Account
from idp.login.session import Session
from idp.login.throttle import BucketKey, Times
from idp.oidc.book import AccessToken, Code


class IdentityBook(AuthenticatorsBook):
    """Implements `idp.login.book.Book` and `idp.oidc.book.Book`; lives as long as one transaction."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, seal)
        self.events: list[Event] = []

    def record(self, event: Event) -> None:
        self.events.append(event)

    # sign-ins
    def flow(self, name: FlowId) -> Flow | None:
        row = self._at(sign_in_flow, id=name)
        return None if row is None else flow_of(row, self._seal)

    def keep_flow(self, flow: Flow) -> None:
        self._put(sign_in_flow, flow_row(flow, self._seal))

    def drop_flow(self, name: FlowId) -> None:
        self._drop(sign_in_flow, id=name)

    def flows_from(self, address: str, now: datetime) -> int:
        living = "SELECT count(*) FROM sign_in_flow WHERE address = ? AND expires_at > ?"
        return int(self._driver.execute(living, (address, micros(now))).fetchone()[0])

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
    def subject_of(self, login: str) -> SubjectId | None:
        row = self._at(known_login, login=login)
        return None if row is None else SubjectId(row.subject)

    def keep_subject_of(self, login: str, subject: SubjectId, now: datetime) -> None:
        self._put(known_login, {"login": login, "subject": subject, "seen_at": micros(now)})

    def knows_browser(self, browser: HandleHash, subject: SubjectId) -> bool:
        return self._at(known_browser, browser=browser, subject=subject) is not None

    def has_known(self, browser: HandleHash) -> bool:
        return self._at(known_browser, browser=browser) is not None

    def keep_browser(self, browser: HandleHash, subject: SubjectId, now: datetime) -> None:
        self._put(known_browser, {"browser": browser, "subject": subject, "seen_at": micros(now)})

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
        living = (provider_session.c.subject == subject) & provider_session.c.ended_at.is_(None)
        query = select(provider_session).where(living).order_by(provider_session.c.created_at)
        return [session_of(row) for row in self._connection.execute(query)]

    def keep_session(self, session: Session) -> None:
        self._put(provider_session, session_row(session))

    # codes and tokens
    def keep_code(self, code: Code) -> None:
        self._put(authorization_code, code_row(code))

    def code(self, name: HandleHash) -> Code | None:
        row = self._at(authorization_code, hash=name)
        return None if row is None else code_of(row)

    def keep_token(self, token: AccessToken) -> None:
        self._put(access_token, token_row(token))

    def token(self, name: HandleHash) -> AccessToken | None:
        row = self._at(access_token, hash=name)
        return None if row is None else token_of(row)

    def withdraw_tokens(self, code: HandleHash) -> int:
        return self._drop(access_token, code=code)
