"""The part of the provider's book that is about codes and tokens of relying parties."""

from datetime import datetime

from sqlalchemy import select, update

from config.vocabulary import SessionId
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros
from gateway.storage.tables.identity import (
    access_token,
    authorization_code,
    device_grant,
    pushed_request,
    refresh_family,
    signed_in_client,
)
from gateway.storage.tokens_rows import (
    code_of,
    code_row,
    device_grant_of,
    device_grant_row,
    family_of,
    family_row,
    pushed_of,
    pushed_row,
    token_of,
    token_row,
)
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.oidc.book import AccessToken, Code, DeviceGrant, RefreshFamily
from idp.oidc.client import ClientId
from idp.oidc.pushed import Pushed


class TokensBook(KeyedRows):
    """Implements what `idp.oidc.book.Book` says of them, and `idp.oidc.pushed.Book`."""

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

    def drop_token(self, name: HandleHash) -> int:
        return self._drop(access_token, hash=name)

    def keep_refresh_family(self, family: RefreshFamily) -> None:
        self._put(refresh_family, family_row(family))

    def refresh_family(self, name: HandleHash) -> RefreshFamily | None:
        row = self._at(refresh_family, name=name)
        return None if row is None else family_of(row)

    def keep_pushed(self, pushed: Pushed) -> None:
        self._put(pushed_request, pushed_row(pushed))

    def pushed(self, name: HandleHash) -> Pushed | None:
        row = self._at(pushed_request, name=name)
        return None if row is None else pushed_of(row)

    def keep_device_grant(self, grant: DeviceGrant) -> None:
        self._put(device_grant, device_grant_row(grant))

    def device_grant(self, name: HandleHash) -> DeviceGrant | None:
        row = self._at(device_grant, hash=name)
        return None if row is None else device_grant_of(row)

    def device_grant_of(self, user_code: HandleHash) -> DeviceGrant | None:
        row = self._at(device_grant, user_code=user_code)
        return None if row is None else device_grant_of(row)

    def keep_signed_in(self, session: Session, client: ClientId) -> None:
        row = {
            "session": session.sid,
            "client": client,
            "subject": session.person.subject,
            "person": session.person.login,
            "attempts": 0,
        }
        self._put(signed_in_client, row)

    def signed_in_to(self, session: SessionId) -> list[ClientId]:
        mine = select(signed_in_client.c.client).where(signed_in_client.c.session == session)
        names = self._connection.execute(mine.order_by(signed_in_client.c.client)).scalars()
        return [ClientId(name) for name in names]

    def _due_for_clients(self, sid: SessionId, ended_at: datetime) -> None:
        """From now on the clients that the session signed in to are to be told: in the transaction that ends it."""
        waiting = (signed_in_client.c.session == sid) & signed_in_client.c.due_at.is_(None)
        due = {"due_at": micros(ended_at), "ended_at": micros(ended_at)}
        self._connection.execute(update(signed_in_client).where(waiting).values(due))

    def withdraw_tokens(self, code: HandleHash, now: datetime) -> int:
        of_it = (refresh_family.c.code == code) & refresh_family.c.withdrawn_at.is_(None)
        ended = update(refresh_family).where(of_it).values(withdrawn_at=micros(now))
        return self._drop(access_token, code=code) + self._connection.execute(ended).rowcount
