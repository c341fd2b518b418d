"""What the provider keeps of codes and tokens: inside one transaction, secrets only as hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import SessionId, SubjectId
from idp.events import Event
from idp.login.handle import HandleHash
from idp.login.session import Session
from idp.oidc import consent
from idp.oidc.claims_request import NOTHING_MORE, ClaimsRequest
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
    refresh: bool = False
    """Whether a refresh token goes with what it is exchanged for."""
    claims: ClaimsRequest = NOTHING_MORE
    jkt: str | None = None
    """Thumbprint of the key that has to be shown with it (`dpop_jkt`, RFC 9449 §10); None: any, or none."""


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
    claims: ClaimsRequest = NOTHING_MORE
    jkt: str | None = None
    """Thumbprint of the key that it is bound to (RFC 9449 §6.1)."""
    x5t: str | None = None
    """Thumbprint of the certificate that it is bound to (RFC 8705 §3.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshFamily:
    """Refresh tokens of one sign-in at one client, of which the latest alone is good."""

    name: HandleHash
    secret: HandleHash
    """Of the one that is good."""
    code: HandleHash
    """The code that the first was given for."""
    session: SessionId
    client: ClientId
    scopes: tuple[Scope, ...]
    expires_at: datetime
    """If it is not used until then."""
    ends_at: datetime
    """At the latest."""
    withdrawn_at: datetime | None = None
    claims: ClaimsRequest = NOTHING_MORE
    jkt: str | None = None
    """As of an access token; of public clients alone, as others prove themselves (RFC 9449 §5)."""
    x5t: str | None = None
    """The same (RFC 8705 §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceGrant:
    """What a program without a browser waits for (RFC 8628): that somebody types its user code and says yes."""

    hash: HandleHash
    """Of the device code, which the program alone has."""
    user_code: HandleHash
    client: ClientId
    scopes: tuple[Scope, ...]
    refresh: bool
    address: str
    """From where the program asked."""
    user_agent: str
    asked_at: datetime
    expires_at: datetime
    interval: timedelta
    """What it has to wait between two questions."""
    polled_at: datetime | None = None
    subject: SubjectId | None = None
    """Who typed the code first: nobody else answers any more."""
    answered_at: datetime | None = None
    session: SessionId | None = None
    """Whose tokens it gets; None of one that is answered: none."""
    used_at: datetime | None = None


class Book(consent.Book, Protocol):
    def keep_code(self, code: Code) -> None: ...

    def code(self, name: HandleHash) -> Code | None: ...

    def keep_token(self, token: AccessToken) -> None: ...

    def token(self, name: HandleHash) -> AccessToken | None: ...

    def drop_token(self, name: HandleHash) -> int:
        """How many there were: one or none."""
        ...

    def keep_refresh_family(self, family: RefreshFamily) -> None: ...

    def refresh_family(self, name: HandleHash) -> RefreshFamily | None: ...

    def keep_device_grant(self, grant: DeviceGrant) -> None: ...

    def device_grant(self, name: HandleHash) -> DeviceGrant | None: ...

    def device_grant_of(self, user_code: HandleHash) -> DeviceGrant | None: ...

    def keep_signed_in(self, session: Session, client: ClientId) -> None:
        """That the session signed its person in to a client, which is told when the session ends."""
        ...

    def signed_in_to(self, session: SessionId) -> Sequence[ClientId]:
        """Clients that are to be told, in the order of their names."""
        ...

    def withdraw_tokens(self, code: HandleHash, now: datetime) -> int:
        """Remove the access tokens that came of a code, and end its refresh tokens; how many there were."""
        ...

    def consents_of(self, subject: SubjectId) -> Sequence[consent.Consent]:
        """In the order of the clients' names."""
        ...

    def session(self, sid: SessionId) -> Session | None: ...

    def record(self, event: Event) -> None: ...
