"""Every setting of the product, typed. `config/examples/embedded.toml` explains each one.

Durations are written in TOML as text with a unit ("5 min", "10 h"); `config.load` turns them into timedelta.
Paths are taken relative to the configuration file's own folder.
"""

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from config.vocabulary import (
    ADMINISTRATORS,
    Action,
    ApplicationId,
    DirectoryName,
    Language,
    MunicipalityCode,
    Role,
)

PLACEHOLDER = "{municipality}"
"""Stands for any municipality's code in hosts and in what gives roles."""

ICO_PLACEHOLDER = "{ico}"
"""Stands for the organisation number of any municipality in what gives roles."""

Port = Annotated[int, Meta(ge=1, le=65535)]


class Setting(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every table of the configuration: frozen, and a misspelt key is an error."""


class Office(Setting, frozen=True, kw_only=True):
    name: str
    """Name of the office that runs the centre, shown on pages."""
    district: Path
    """CSV of the district's municipalities: code,name,ico."""
    support: str | None = None
    """Whom people call who fear that somebody else uses their account, as pages and messages show it."""
    municipality: MunicipalityCode | None = None
    """Of the office that runs the centre: where the recovery administrator has a role; left out: there is none."""


class Public(Setting, frozen=True, kw_only=True):
    domain: str
    """Pages live at login., portal. and admin. below this domain; applications name their own hosts."""
    address: str = "127.0.0.1"
    port: Port = 8443
    certificate: Path
    """PEM chain for all hosts of the domain."""
    key: Path
    advertised_port: Port | None = None
    """Port in addresses that people see, where it differs from `port` (behind a port forward)."""


class State(Setting, frozen=True, kw_only=True):
    directory: Path
    """Where the database, keys, sockets and the spool live; created with mode 0700."""
    memory: Path = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, mode 0700
    """A folder in memory (tmpfs): the gate writes there whom it lets in, before the request goes on."""


class RoleMapping(Setting, frozen=True, kw_only=True):
    """Exactly one of `group`, `unit`, `attribute` with `value`, `person` says whose the role is.

    `{municipality}` or `{ico}` in it stands for any municipality's code or organisation number.
    """

    group: str | None = None
    """Distinguished name of a directory group: its members have the role."""
    unit: str | None = None
    """Distinguished name of an organisational unit: everybody below it has the role."""
    attribute: str | None = None
    """Attribute of people's entries; who has `value` in it has the role."""
    value: str | None = None
    """Compared without regard to case; `*` at an end stands for anything."""
    person: str | None = None
    """Login of the one person who has the role."""
    role: Role
    municipality: MunicipalityCode | None = None
    """Where the role holds, by code or organisation number; left out where a placeholder says it. `config.load`
    puts the code in the place of an organisation number."""
    valid_from: date | None = None
    """First day of the role, in Czech time."""
    valid_until: date | None = None
    """Last day of the role."""


class Deputy(Setting, frozen=True, kw_only=True):
    """Somebody has the roles of somebody else for some time; both are people of the same directory."""

    person: str
    """Login of who stands in."""
    in_place_of: str
    """Login of whose roles it is."""
    valid_from: date
    valid_until: date
    """Last day."""
    role: Role | None = None
    """This role alone; None: every role but those of administrators."""
    municipality: MunicipalityCode | None = None
    """There alone, by code or organisation number."""


class Directory(Setting, frozen=True, kw_only=True):
    """One office directory; there may be several."""

    name: Annotated[DirectoryName, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    """Part of every subject of its people: it stays when everything else here changes."""
    kind: Literal["openldap", "active_directory"] = "openldap"
    servers: Annotated[list[str], Meta(min_length=1)]
    """LDAP URLs (`ldaps://host:636`, or `ldap://host` which is upgraded by StartTLS), tried in order."""
    authority: Path
    """PEM certificate of the authority that signed the servers' certificates."""
    bind_dn: str
    bind_password_file: Path
    people_base: str
    groups_base: str
    people_filter: str | None = None
    """Left out: what is usual for the kind."""
    login_attributes: list[str] = field(default_factory=list)
    """What people sign in with, the canonical one first; empty: what is usual for the kind."""
    realms: list[str] = field(default_factory=list)
    """What may stand behind `@` to say that a login is one of this directory."""
    connections: Annotated[int, Meta(ge=1, le=64)] = 8
    connect_timeout: timedelta = timedelta(seconds=3)
    operation_timeout: timedelta = timedelta(seconds=5)
    page_size: Annotated[int, Meta(ge=1, le=1000)] = 500
    removal_share: Annotated[float, Meta(ge=0, le=1)] = 0.2
    """Share of its people or groups that may vanish at once without somebody's confirmation."""
    removal_least: Annotated[int, Meta(ge=0)] = 5
    """How many may vanish at once in any case."""
    municipalities: list[MunicipalityCode] = field(default_factory=list)
    """Where this directory may give roles; empty means in the whole district."""
    lockout_attempts: Annotated[int, Meta(ge=0)] | None = None
    """Wrong passwords after which the directory locks an account (0: never); left out: as it says itself."""
    lockout_window: timedelta | None = None
    """Time without one after which it forgets them; left out: as it says itself."""
    roles: list[RoleMapping]
    deputies: list[Deputy] = field(default_factory=list)


class Facts(Setting, frozen=True, kw_only=True):
    refresh: timedelta = timedelta(minutes=1)
    """How often what the directories say of people is brought up to date."""
    full: timedelta = timedelta(hours=24)
    """How often a directory is read as a whole, although it tells its changes."""
    grace: timedelta = timedelta(minutes=15)
    """How long the last known facts serve when a directory cannot be reached."""


class OfficeNetwork(Setting, frozen=True, kw_only=True):
    """Networks of the office, where many people share an address."""

    networks: Annotated[list[str], Meta(min_length=1)]
    """IPv4 and IPv6, as `10.1.0.0/16`. Of several that hold an address the narrowest counts."""
    attempts_per_address: Annotated[int, Meta(ge=5)]
    attempts_per_network: Annotated[int, Meta(ge=5)]


class RoleLimits(Setting, frozen=True, kw_only=True):
    """Stricter limits of whoever holds one of the roles anywhere."""

    roles: Annotated[list[Role], Meta(min_length=1)]
    idle: timedelta | None = None
    absolute: timedelta | None = None


class SignIn(Setting, frozen=True, kw_only=True):
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=10)
    absolute_administrators: timedelta = timedelta(hours=4)
    limits: list[RoleLimits] = field(default_factory=list)
    """The strictest of all that concern a person counts."""
    attempts: Annotated[int, Meta(ge=3)] = 5
    """Wrong passwords or codes of one account within `attempts_window` before it must wait."""
    attempts_window: timedelta = timedelta(minutes=15)
    attempts_per_address: Annotated[int, Meta(ge=5)] = 50
    attempts_per_network: Annotated[int, Meta(ge=5)] = 200
    network_prefix_ipv4: Annotated[int, Meta(ge=8, le=32)] = 24
    network_prefix_ipv6: Annotated[int, Meta(ge=16, le=64)] = 48
    """Bits of an address that make a network where `networks` names none."""
    networks: list[OfficeNetwork] = field(default_factory=list)
    administrators_separate: bool = True
    """An account with an administrator's role and any other one is refused."""
    administrators_level: Literal["two-factors", "phishing-resistant"] = "two-factors"
    """How surely administrators and security officers must be recognised; there are no exceptions for them."""
    trust_new_keys_after: timedelta = timedelta(hours=24)
    """When a factor counts in full that was added on the strength of a weaker one."""
    longest_exception: timedelta = timedelta(days=90)
    """How far ahead the end of an exception from two factors may be."""
    flow_lifetime: timedelta = timedelta(minutes=10)
    """How long a sign-in that was begun may take."""

    def idle_of(self, roles: Collection[Role]) -> timedelta:
        """How long a session of somebody with these roles lasts without a request."""
        return min([self.idle, *(one.idle for one in self._of(roles) if one.idle is not None)])

    def absolute_of(self, roles: Collection[Role]) -> timedelta:
        """How long it lasts after the factors were shown."""
        usual = self.absolute_administrators if ADMINISTRATORS & set(roles) else self.absolute
        own = (one.absolute for one in self._of(roles) if one.absolute is not None)
        return min([self.absolute, usual, *own])

    def _of(self, roles: Collection[Role]) -> list[RoleLimits]:
        return [one for one in self.limits if not set(roles).isdisjoint(one.roles)]


class Grants(Setting, frozen=True, kw_only=True):
    lifetime: timedelta = timedelta(minutes=5)


class Policies(Setting, frozen=True, kw_only=True):
    region: Path
    """Folder of the region's policies (`*.cedar`), which bind everyone."""
    municipalities: Path
    """Folder with one policy set per municipality, `CODE.cedar`."""


class Audit(Setting, frozen=True, kw_only=True):
    checkpoint_every: timedelta = timedelta(seconds=1)
    spool_file_mib: Annotated[int, Meta(ge=1)] = 64
    """Size at which the spool file of the access log is rotated."""


class Metrics(Setting, frozen=True, kw_only=True):
    address: str = "127.0.0.1"
    port: Port = 9464


class OidcClient(Setting, frozen=True, kw_only=True):
    """A relying party of the built-in OpenID Provider, besides the gateway itself."""

    id: str
    redirect_uris: Annotated[list[str], Meta(min_length=1)]
    secret_file: Path | None = None
    """Left out for a public client."""
    post_logout_redirect_uris: list[str] = field(default_factory=list)
    id_token_algorithm: Literal["ES256", "RS256"] = "ES256"


class Title(Setting, frozen=True, kw_only=True):
    cs: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.cs if language is Language.CZECH else self.en


class Route(Setting, frozen=True, kw_only=True):
    path: str = "/"
    """Prefix of the path, matched on whole segments."""
    methods: list[str] = field(default_factory=list)
    """HTTP methods; empty means every method."""
    action: Action
    websocket: bool = False
    """Whether the connection may become a WebSocket; it then lasts as long as a grant, and is asked for anew."""


class Application(Setting, frozen=True, kw_only=True):
    id: Annotated[ApplicationId, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    title: Title
    description: Title
    host: str
    """Host below the domain. `{municipality}` in it gives every municipality a host of its own, and then
    the host decides whose resource is asked for; otherwise the person's active municipality does."""
    upstream: str
    """`http://address:port` of the application."""
    routes: Annotated[list[Route], Meta(min_length=1)]
    """First match decides. A request that matches none is refused."""
    municipalities: list[MunicipalityCode] = field(default_factory=list)
    """Which municipalities have the application; empty means all of the district."""


class Place(Setting, frozen=True, kw_only=True):
    """A network that people know by name."""

    title: Title
    networks: Annotated[list[str], Meta(min_length=1)]
    """IPv4 and IPv6, as `10.1.0.0/16`. Of several that hold an address the narrowest names it."""


class Webhook(Setting, frozen=True, kw_only=True):
    address: str
    """`https://…`; each message is posted there as JSON, signed."""
    secret_file: Path
    """Key of the signature (HMAC-SHA256), at least 32 characters."""
    authority: Path | None = None
    """PEM certificate of the authority that signed the receiver's certificate; left out: the system's."""


class Smtp(Setting, frozen=True, kw_only=True):
    host: str
    port: Port = 587
    security: Literal["starttls", "tls"] = "starttls"
    """Plain SMTP is not spoken: either way the server's certificate and name are verified."""
    sender: str
    """Address that messages come from."""
    user: str | None = None
    password_file: Path | None = None
    authority: Path | None = None
    """PEM certificate of the authority that signed the server's certificate; left out: the system's."""


class Notifications(Setting, frozen=True, kw_only=True):
    """Where people, and those who watch over them, are told what happened to an account."""

    webhook: Webhook | None = None
    smtp: Smtp | None = None


class Settings(Setting, frozen=True, kw_only=True):
    office: Office
    public: Public
    state: State
    directories: Annotated[list[Directory], Meta(min_length=1)]
    policies: Policies
    facts: Facts = field(default_factory=Facts)
    sign_in: SignIn = field(default_factory=SignIn)
    grants: Grants = field(default_factory=Grants)
    audit: Audit = field(default_factory=Audit)
    metrics: Metrics = field(default_factory=Metrics)
    language: Language = Language.CZECH
    places: list[Place] = field(default_factory=list)
    notifications: Notifications = field(default_factory=Notifications)
    oidc_clients: list[OidcClient] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
