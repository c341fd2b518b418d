"""The pages' one application for `web.sock`: which host and path is answered by which handler."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import structlog
from aiohttp import web

from gateway.web.desk import Desk, Handler, Page
from gateway.web.guard import make_guard
from gateway.web.late_room import LatePages, LateRoom

OWN_PATHS = "/.brana/"
BODY_LIMIT = 16 * 1024  # bytes: the largest form here has a dozen short fields


class PathNotOurs(Exception):
    """A handler was given for a path outside `/.brana/`."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} does not begin with {OWN_PATHS!r}; hand it to a room of a host instead")


def make_app(
    desk: Desk,
    rooms: Mapping[str, Iterable[Page]],
    own_paths: Mapping[str, Handler],
    late: Mapping[str, LatePages] = MappingProxyType({}),
) -> web.Application:
    """Application that routes by host (`rooms`: host without port → its pages; `late`: → what makes them).

    `own_paths` are handlers of paths below `/.brana/` on every host, for any method; the same guard is
    before them.
    """
    log = structlog.get_logger("gateway.web")
    app = web.Application(middlewares=[make_guard(desk, log)], client_max_size=BODY_LIMIT)
    desk.pages.assets.add_to(app)
    for path, handler in own_paths.items():
        if not path.startswith(OWN_PATHS):
            raise PathNotOurs(path)
        app.router.add_route("*", path, handler)
    for host, made in late.items():
        app.router.register_resource(LateRoom(host, made))
    by_path: dict[tuple[str, str], dict[str, Handler]] = defaultdict(dict)
    for host, pages in rooms.items():
        for page in pages:
            by_path[page.method, page.path][host.lower()] = page.handler
    for (method, path), handlers in by_path.items():
        if method == "GET":
            app.router.add_get(path, _by_host(handlers))
        else:
            app.router.add_route(method, path, _by_host(handlers))
    return app


def _by_host(handlers: Mapping[str, Handler]) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        handler = handlers.get(host_of(request))
        if handler is None:
            raise web.HTTPNotFound
        return await handler(request)

    return answer


def host_of(request: web.Request) -> str:
    """Host that was asked, in lower case, without port."""
    return request.host.rpartition(":")[0].lower() if ":" in request.host else request.host.lower()
