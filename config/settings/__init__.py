"""Every setting of the product, typed. `config/examples/embedded.toml` explains each one.

Durations are written in TOML as text with a unit ("5 min", "10 h"); `config.load` turns them into timedelta.
Paths are taken relative to the configuration file's own folder.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.alerts import AlertRule
from config.settings.applications import Application, Health, Identity, IdentityHeaders, Route, UpstreamTls
from config.settings.audit_receivers import AuditReceiver
from config.settings.devices import Devices
from config.settings.directories import (
    ACTIVITY_ROLE_PLACEHOLDER,
    AGENDA_PLACEHOLDER,
    ICO_PLACEHOLDER,
    PLACEHOLDER,
    ActivityRoles,
    Deputy,
    Directory,
    Facts,
    RoleMapping,
    Work,
)
from config.settings.fleet import Fleet, Peer
from config.settings.keycloak import Keycloak
from config.settings.notifications import Notifications, Smtp, Webhook
from config.settings.personnel import SCIM, Personnel, PersonnelRole
from config.settings.postgres import Postgres
from config.settings.public import Hsts, Limits, Public, Tls
from config.settings.questions import AuditFollowUp, AuditGroup, AuditQuestion
from config.settings.requests import Requests, Separation, StricterRequest
from config.settings.saml import SamlAttribute, SamlServiceProvider
from config.settings.setting import Port, Setting, Title
from config.settings.sign_in import OfficeNetwork, OidcClient, Outside, RoleLimits, SignIn
from config.settings.technical import Technical, TechnicalAccount, TechnicalCertificate, TechnicalRole
from config.settings.tunnels import Tunnels, TunnelTarget
from config.settings.upstream_providers import UpstreamLevel, UpstreamProvider
from config.settings.witnesses import WitnessSetting
from config.vocabulary import Language, MunicipalityCode, NetworkName

__all__ = [
    "ACTIVITY_ROLE_PLACEHOLDER",
    "AGENDA_PLACEHOLDER",
    "ICO_PLACEHOLDER",
    "PLACEHOLDER",
    "SCIM",
    "AccessReview",
    "ActivityRoles",
    "AlertRule",
    "Application",
    "Audit",
    "AuditFollowUp",
    "AuditGroup",
    "AuditQuestion",
    "AuditReceiver",
    "Deputy",
    "Devices",
    "Directory",
    "Facts",
    "Fleet",
    "Grants",
    "Health",
    "Hsts",
    "Identity",
    "IdentityHeaders",
    "Keycloak",
    "Keys",
    "Limits",
    "Metrics",
    "Network",
    "Notifications",
    "Office",
    "OfficeNetwork",
    "OidcClient",
    "Outside",
    "Peer",
    "Personnel",
    "PersonnelRole",
    "Place",
    "Policies",
    "Postgres",
    "Public",
    "Regime",
    "Requests",
    "RoleLimits",
    "RoleMapping",
    "Route",
    "SamlAttribute",
    "SamlServiceProvider",
    "Separation",
    "Setting",
    "Settings",
    "SignIn",
    "Smtp",
    "State",
    "Streams",
    "StricterRequest",
    "Technical",
    "TechnicalAccount",
    "TechnicalCertificate",
    "TechnicalRole",
    "Title",
    "Tls",
    "TunnelTarget",
    "Tunnels",
    "UpstreamLevel",
    "UpstreamProvider",
    "UpstreamTls",
    "Webhook",
    "WitnessSetting",
    "Work",
]


class Office(Setting, frozen=True, kw_only=True):
    name: str
    """Name of the office that runs the centre, shown on pages."""
    district: Path
    """CSV of the district's municipalities: code,name,ico."""
    support: str | None = None
    """Whom people call who fear that somebody else uses their account, as pages and messages show it."""
    municipality: MunicipalityCode | None = None
    """Of the office that runs the centre: where the recovery administrator has a role; left out: there is none."""


class State(Setting, frozen=True, kw_only=True):
    directory: Path
    """Where the database, keys, sockets and the spool live; created with mode 0700."""
    memory: Path = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, mode 0700
    """A folder in memory (tmpfs): the gate writes there whom it lets in, before the request goes on."""
    database: Postgres | None = None
    """Left out: a file in `directory`, for one machine. Several machines share a PostgreSQL database."""


class Grants(Setting, frozen=True, kw_only=True):
    lifetime: timedelta = timedelta(minutes=5)


class Keys(Setting, frozen=True, kw_only=True):
    rotate_every: timedelta = timedelta(days=90)
    """How old a key that signs grants, assertions or id tokens may become."""
    announce: timedelta = timedelta(hours=1)
    """How long a new key is known to those who verify before it signs."""


class Streams(Setting, frozen=True, kw_only=True):
    grace: timedelta = timedelta(minutes=1)
    """How long a WebSocket or stream stays open when nobody can say whether it still may."""
    per_session: Annotated[int, Meta(ge=1, le=20_000)] = 500
    """How many of them one session may have open at once."""


class Policies(Setting, frozen=True, kw_only=True):
    region: Path
    """Folder of the region's policies (`*.cedar`), which bind everyone."""
    municipalities: Path
    """Folder with one policy set per municipality, `CODE.cedar`."""
    from_files: Literal["activate", "propose"] = "activate"
    """What becomes of files that were edited: in force at once, or a proposal that somebody else approves."""


Regime = Literal["higher", "lower"]


class Audit(Setting, frozen=True, kw_only=True):
    checkpoint_every: timedelta = timedelta(seconds=1)
    spool_file_mib: Annotated[int, Meta(ge=1)] = 64
    """Size at which the spool file of the access log is rotated."""
    questions: list[AuditQuestion] = field(default_factory=list)
    """Beside those that the product brings."""
    regime: Regime = "higher"
    """Of duties by act 264/2025, which the report is held against: `higher` by decree 409/2025, `lower` by 410/2025."""
    kept_months: Annotated[int, Meta(ge=1, le=1200)] = 18
    """How long a month of the log is kept behind its last entry; what a legal hold covers is kept longer."""
    incident_kept_months: Annotated[int, Meta(ge=0, le=1200)] = 18
    """How long the months of the log with evidence of an incident are held after it was closed."""
    receivers: list[AuditReceiver] = field(default_factory=list)
    receiver_down_after: timedelta = timedelta(minutes=5)
    """For how long a receiver takes nothing until the log says so."""
    gap_after: timedelta = timedelta(minutes=5)
    """For how long requests may have no entry, or entries no checkpoint, until the log says so."""
    alerts: list[AlertRule] = field(default_factory=list)
    """Besides those that are delivered; one of the same name takes its place."""
    witnesses: list[WitnessSetting] = field(default_factory=list)
    """Machines that cosign checkpoints."""
    mail_checkpoints_to: list[str] = field(default_factory=list)
    """Addresses that get the newest checkpoint once a day; needs `notifications.smtp`."""


class AccessReview(Setting, frozen=True, kw_only=True):
    undecided: Literal["keep", "remove"] = "keep"
    """What becomes, after the deadline, of roles about which nobody has decided."""


class Metrics(Setting, frozen=True, kw_only=True):
    address: str = "127.0.0.1"
    port: Port = 9464


class Place(Setting, frozen=True, kw_only=True):
    """A network that people know by name."""

    title: Title
    networks: Annotated[list[str], Meta(min_length=1)]
    """IPv4 and IPv6, as `10.1.0.0/16`. Of several that hold an address the narrowest names it."""
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    """ISO 3166-1 alpha-2: where the networks are, which no database of the world's addresses knows of private ones."""


class Countries(Setting, frozen=True, kw_only=True):
    database: Path | None = None
    """In MaxMind's format, of countries or of cities. None: only the countries of places are known."""


class Network(Setting, frozen=True, kw_only=True):
    """A network that policies rest on by its name."""

    name: Annotated[NetworkName, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    networks: Annotated[list[str], Meta(min_length=1)]
    """IPv4 and IPv6, as `10.1.0.0/16`. They may lie in each other: an address is in all that hold it."""


class Settings(Setting, frozen=True, kw_only=True):
    office: Office
    public: Public
    state: State
    limits: Limits = field(default_factory=Limits)
    directories: Annotated[list[Directory], Meta(min_length=1)]
    policies: Policies
    facts: Facts = field(default_factory=Facts)
    sign_in: SignIn = field(default_factory=SignIn)
    grants: Grants = field(default_factory=Grants)
    keys: Keys = field(default_factory=Keys)
    streams: Streams = field(default_factory=Streams)
    devices: Devices = field(default_factory=Devices)
    fleet: Fleet | None = None
    audit: Audit = field(default_factory=Audit)
    access_review: AccessReview = field(default_factory=AccessReview)
    metrics: Metrics = field(default_factory=Metrics)
    language: Language = Language.CZECH
    networks: list[Network] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    countries: Countries = field(default_factory=Countries)
    notifications: Notifications = field(default_factory=Notifications)
    requests: Requests = field(default_factory=Requests)
    separation: list[Separation] = field(default_factory=list)
    oidc_clients: list[OidcClient] = field(default_factory=list)
    saml_service_providers: list[SamlServiceProvider] = field(default_factory=list)
    upstream_providers: list[UpstreamProvider] = field(default_factory=list)
    keycloak: Keycloak | None = None
    applications: list[Application] = field(default_factory=list)
    technical: Technical | None = None
    technical_accounts: list[TechnicalAccount] = field(default_factory=list)
    personnel: list[Personnel] = field(default_factory=list)
    tunnels: Tunnels | None = None
