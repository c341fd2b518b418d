"""What the provider keeps of codes and access tokens: inside one transaction, secrets only as hashes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.vocabulary import SessionId
from idp.events import Event
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.oidc.client import ClientId, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, bound to client, redirect address, PKCE challenge and session."""

    hash: HandleHash
    session: SessionId
    client: ClientId
    redirect_uri: str
    challenge: str
    nonce: str | None
    scopes: tuple[Scope, ...]
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """Opens `/userinfo`, nothing else."""

    hash: HandleHash
    code: HandleHash
    """The code it was given for: using that twice withdraws the token."""
    session: SessionId
    client: ClientId
    scopes: tuple[Scope, ...]
    expires_at: datetime


class Book(Protocol):
    def keep_code(self, code: Code) -> None: ...

    def code(self, name: HandleHash) -> Code | None: ...

    def keep_token(self, token: AccessToken) -> None: ...

    def token(self, name: HandleHash) -> AccessToken | None: ...

    def withdraw_tokens(self, code: HandleHash) -> int:
        """Remove the tokens a code gave; how many there were."""
        ...

    def session(self, sid: SessionId) -> Session | None: ...

    def record(self, event: Event) -> None: ...
