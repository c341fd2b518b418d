"""What is served behind the gateway."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, field

from config.settings.setting import Setting, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode, RouteName


class Route(Setting, frozen=True, kw_only=True):
    name: Annotated[RouteName, Meta(pattern="^[a-z][a-z0-9-]{0,19}$")] | None = None
    """For policies that speak of this part of it alone (`context.route`); rows of one path may share it."""
    path: str = "/"
    """Prefix of the path behind that of the application, matched on whole segments."""
    methods: list[str] = field(default_factory=list)
    """HTTP methods; empty means every method."""
    action: Action | None = None
    """What a request asks for; left out where the route is public."""
    public: bool = False
    """Anybody may use it: nobody is asked who they are, nothing is decided, and nobody's identity is told."""
    websocket: bool = False
    """Whether the connection may become a WebSocket; but on public routes it is watched, and ends when the answer
    becomes no."""
    streaming: bool = False
    """Whether answers go on for as long as they like: events, long polling, downloads. They are watched as well."""
    webdav: bool = False
    """Whether requests may name where to copy or move to (`Destination`, RFC 4918): below this path alone."""
    body_mib: Annotated[int, Meta(ge=1, le=10_240)] | None = None
    """The largest body of a request; left out: any."""
    timeout: timedelta | None = None
    """From the whole request to the whole answer; a WebSocket has none. Left out: no limit but that of idleness."""
    idle_timeout: timedelta | None = None
    """Without a byte in either direction; left out: 5 min for a WebSocket or stream (1 h on public routes), 2 min for
    others."""


class Health(Setting, frozen=True, kw_only=True):
    """What each upstream is asked again and again, to know whether it works."""

    path: str
    """Asked without a person: the application must answer it to anybody who reaches it."""
    interval: timedelta = timedelta(seconds=10)
    timeout: timedelta = timedelta(seconds=3)
    statuses: Annotated[list[Annotated[int, Meta(ge=100, le=599)]], Meta(min_length=1)] = field(
        default_factory=lambda: [200]
    )
    """Statuses that say it works."""


class UpstreamTls(Setting, frozen=True, kw_only=True):
    """How servers with `https://` prove who they are, and we to them."""

    authority: Path
    """PEM certificates of the authorities that may have signed the servers' certificates; no others are trusted."""
    server_name: str | None = None
    """Name that every server's certificate must bear; left out: the host in its address."""
    certificate: Path | None = None
    """PEM chain that we show to servers that ask for one."""
    key: Path | None = None


class IdentityHeaders(Setting, frozen=True, kw_only=True):
    """Name of the header that tells each fact; left out: the application is not told."""

    login: str | None = None
    subject: str | None = None
    name: str | None = None
    municipality: str | None = None
    """Code of the municipality for which the person acts."""
    roles: str | None = None
    """Roles in that municipality, a comma between."""


class Identity(Setting, frozen=True, kw_only=True):
    """How the application learns who is asking."""

    way: Literal["assertion", "headers", "basic", "openid", "none"] = "assertion"
    headers: IdentityHeaders | None = None
    encoding: Literal["utf-8", "percent"] = "utf-8"
    """How headers say what is not ASCII: as it is, or its octets escaped (RFC 3986 §2.1)."""
    user: str | None = None
    """With `basic`: the one account that the application knows."""
    password_file: Path | None = None


class Application(Setting, frozen=True, kw_only=True):
    id: Annotated[ApplicationId, Meta(pattern="^[a-z][a-z0-9-]{0,40}$")]
    title: Title
    description: Title
    host: str
    """Host below the domain. `{municipality}` in it gives every municipality a host of its own, and then
    the host decides whose resource is asked for; otherwise the person's active municipality does."""
    path: str = "/"
    """Where on its host the application begins, in whole segments; paths of its routes begin behind it. Of several
    applications of one host the longest path decides."""
    technical: bool = False
    """Whether technical accounts may use it, with a token; then it gets no bearer token of its own."""
    technical_host: str | None = None
    """A further host, for technical accounts alone, where clients may show a certificate."""
    upstreams: Annotated[list[str], Meta(min_length=1)]
    """`http://host:port` or `https://host:port` of each server of the application; or `SCIM` alone."""
    balance: Literal["in-order", "spread"] = "in-order"
    """Requests go to the first that works, or to all that work in turn."""
    protocol: Literal["http1", "http2"] = "http1"
    """What the servers speak: HTTP/1.1, or HTTP/2 (without TLS by prior knowledge, RFC 9113 §3.3)."""
    grpc_web: bool = False
    """Whether gRPC-web of browsers becomes gRPC, for servers that speak gRPC alone."""
    tls: UpstreamTls | None = None
    health: Health | None = None
    identity: Identity = field(default_factory=Identity)
    routes: Annotated[list[Route], Meta(min_length=1)]
    """First match decides. A request that matches none is refused."""
    municipalities: list[MunicipalityCode] = field(default_factory=list)
    """Which municipalities have the application; empty means all of the district."""

    @property
    def grant_suffix(self) -> str:
        """What the name of its grants' cookie ends with: applications of one host keep their grants apart."""
        return "" if self.path == "/" else f"-{self.id}"
