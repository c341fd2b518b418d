"""Everything the handlers work with, handed over once by whoever starts the provider."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from aiohttp import web

from config.settings import SignIn, Title
from config.vocabulary import Language, MunicipalityCode, SessionId, SubjectId
from idp.broker.logout import Told
from idp.broker.upstream import Upstream
from idp.directory.lockout import Lockout
from idp.directory.password import Changed, NotChanged
from idp.directory.person import Person
from idp.directory.realms import ONE_DIRECTORY, Realms
from idp.events import Origin
from idp.http.page import Pages
from idp.login.key_site import Site
from idp.login.recovery import RecoveryBook
from idp.login.session import Session
from idp.login.upstream import Gone, Proven
from idp.oidc import book as oidc_book
from idp.oidc import program as programs
from idp.oidc import pushed
from idp.oidc.claims import Municipalities
from idp.oidc.client import Clients
from idp.oidc.errors import OAuthError
from idp.oidc.keys import SigningKeys
from idp.oidc.program import Asked as ProgramAsked
from idp.oidc.program import Program
from idp.saml.asked import Asked as SamlAsked
from idp.saml.errors import Denial

T = TypeVar("T")


class Book(RecoveryBook, oidc_book.Book, programs.Book, pushed.Book, Protocol):
    """All the provider keeps, inside one transaction."""


class Store(Protocol):
    async def transact(self, work: Callable[[Book], T]) -> T:
        """Run `work` in one durable transaction with the events it records."""
        ...

    async def look(self, query: Callable[[Book], T]) -> T:
        """Run `query` on a snapshot."""
        ...


@dataclass(frozen=True, slots=True)
class Issued:
    token: str
    lives: timedelta


@dataclass(frozen=True, slots=True)
class NotIssued:
    error: OAuthError
    reason: str
    """Named; told to the client too."""


IssueToken = Callable[[ProgramAsked, Origin, datetime], Awaitable[Issued | NotIssued]]
"""Decides what a program that has proven itself may do, and makes the token that says so; records both."""


@dataclass(frozen=True, slots=True)
class Admitted:
    rule: str
    """The policy that permits it."""
    policy_version: str


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    reason: str
    """Named; recorded by whoever decided."""
    title: Mapping[Language, str]
    advice: Mapping[Language, str]


MayUse = Callable[[Session, str, Origin, datetime], Awaitable[Admitted | NotAdmitted]]
"""Whether the person of a session may use an application, by its id."""


async def nobody_admitted(
    _session: Session, _application: str, _origin: Origin, _now: datetime
) -> Admitted | NotAdmitted:
    """Where nobody decides: doubt refuses."""
    return NotAdmitted("gateway_unavailable", {}, {})


class DirectoryRefusal(Protocol):
    """The directory's no."""

    @property
    def reason(self) -> Enum: ...
    @property
    def subject(self) -> SubjectId | None:
        """Whom the login meant, if the directory knows."""
        ...


Admit = Callable[[SubjectId | None], Awaitable[bool]]
"""Asked before a password is tried: whose it is, None where the login is nobody's. False: it is not tried."""

Authenticate = Callable[[str, str, Admit], Awaitable[Person | DirectoryRefusal]]
"""Login and password to the directory's answer; raises one of `Provider.directory_errors`."""

ChangePassword = Callable[[SubjectId, str, str], Awaitable[Changed | NotChanged]]
"""Has the directory change the password of a person, from the old one to the new one."""


@dataclass(frozen=True, slots=True)
class Replicated:
    """What is kept of the directory, which may be older than what it would say."""

    person: Person | None
    confirmed_at: datetime
    """When the directory confirmed all that is kept."""


LookUp = Callable[[SubjectId], Awaitable[Replicated | None]]
"""Without asking the directory; None: nothing is kept of it, or it is nobody of a directory."""


async def nothing_kept(_subject: SubjectId) -> None:
    """Where there is no replica."""


Reread = Callable[[SubjectId], Awaitable[Person | None]]
"""The person as the directory knows them now; raises as `Authenticate` does."""


class UpstreamDoor(Protocol):
    """Another provider, at which people may sign in."""

    @property
    def upstream(self) -> Upstream: ...
    @property
    def title(self) -> Title: ...
    @property
    def realms(self) -> Collection[str]:
        """Of user names; lower case."""
        ...

    async def address(self, gone: Gone, state: str, redirect_uri: str, login_hint: str, locale: str) -> str:
        """Where the browser is sent. Raises UpstreamRefused."""
        ...

    async def prove(
        self, gone: Gone, code: str, named: str | None, redirect_uri: str, now: Callable[[], datetime]
    ) -> Proven:
        """What a code proves; `named`: the issuer by the answer that brought it. Raises UpstreamRefused."""
        ...

    async def told(self, logout_token: str, now: Callable[[], datetime]) -> Told:
        """Whose session there is over. Raises UpstreamRefused."""
        ...

    async def way_out(self, redirect_uri: str, locale: str) -> str | None:
        """Where people sign out there; None: nowhere. Raises UpstreamRefused."""
        ...


class SamlDoor(Protocol):
    """Service providers of SAML 2.0, which an optional part of the product serves."""

    def add_to(self, app: web.Application) -> None: ...

    def read(self, kept: str, now: datetime) -> SamlAsked | None:
        """A request as `Flow.asked` keeps it; None for one that is answered no more."""
        ...

    def frames(self, told: Collection[str], session: Session, issuer: str, now: datetime) -> tuple[str, ...]:
        """What a browser loads so that those service providers forget the person of a session that is over."""
        ...

    async def deny(self, request: web.Request, asked: SamlAsked, why: Denial) -> web.Response:
        """Tells the service provider."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    issuer: str
    """Without a final slash."""
    start: str
    """Where a person who lost the way begins again: the portal's address."""
    mutual: str | None = None
    """Where its clients show certificates, without a final slash; None: nowhere."""
    office: str
    office_words: tuple[str, ...] = ()
    """Besides its name, what everybody in the office knows, such as names of applications: no passwords of that."""
    sign_in: SignIn
    refresh: timedelta
    """Facts younger than this are not read again."""
    grace: timedelta
    """Facts older than this are not relied on when the directory cannot be reached."""
    clients: Clients
    keys: SigningKeys
    store: Store
    authenticate: Authenticate
    reread: Reread
    kept: LookUp = nothing_kept
    change_password: ChangePassword
    lockout: Callable[[], Lockout]
    """How the directory locks accounts, as far as that is known now."""
    directory_errors: tuple[type[Exception], ...]
    pages: Pages
    clock: Callable[[], datetime]
    """Aware, in UTC."""
    municipality_name: Callable[[MunicipalityCode], str]
    district: Municipalities = field(default_factory=dict)
    """Told to applications."""
    programs: Mapping[str, Program] = field(default_factory=dict)
    """Technical accounts by id."""
    issue_token: IssueToken | None = None
    """None where there are none."""
    may_use: MayUse = nobody_admitted
    """Asked for relying parties that name an application."""
    realms: Realms = ONE_DIRECTORY
    """Guesses of a name are counted together, whichever form of it is typed."""
    realm: str = ""
    """Where people of several directories sign in: an example of what may stand behind `@` in a login."""
    some_silent: Callable[[], bool] = lambda: False
    """Whether one of several directories did not answer lately: everybody is told, so that no login is betrayed."""
    upstreams: Mapping[str, UpstreamDoor] = field(default_factory=dict)
    """Other providers by name, in the order in which the page shows them."""
    secret_used: Callable[[str, str, datetime], object] = lambda _client, _secret, _now: None
    """Told which of its secrets a client has just shown; in memory, as asking writes nothing."""
    saml: SamlDoor | None = None
    """None where there are no service providers."""
    on_ended: Callable[[Sequence[SessionId]], Awaitable[None]]
    """Told of sessions that ended, after it is durable."""
    store_errors: tuple[type[Exception], ...] = ()
    """What `store` raises when it cannot be reached, or takes nothing: it passes."""

    @property
    def site(self) -> Site:
        """Where keys are used: the host of the sign-in itself."""
        return Site(urlsplit(self.issuer).hostname or "", self.issuer, self.office)


PROVIDER = web.AppKey("provider", Provider)


def provider_of(request: web.Request) -> Provider:
    return request.app[PROVIDER]
