"""What is served behind the gateway."""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, field

from config.settings.setting import Setting, Title
from config.vocabulary import Action, ApplicationId, MunicipalityCode


class Route(Setting, frozen=True, kw_only=True):
    path: str = "/"
    """Prefix of the path, matched on whole segments."""
    methods: list[str] = field(default_factory=list)
    """HTTP methods; empty means every method."""
    action: Action
    websocket: bool = False
    """Whether the connection may become a WebSocket; it is watched, and ends when the answer becomes no."""
    streaming: bool = False
    """Whether answers go on for long (events, downloads); they are watched as well."""
    idle_timeout: timedelta | None = None
    """Without a byte in either direction; left out: 5 min for a WebSocket or stream, 2 min for others."""


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
