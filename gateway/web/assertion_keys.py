"""`/.brana/assertion-keys` on every host: the public keys by which applications verify `x-brana-assertion`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

PATH = "/.brana/assertion-keys"
KEPT = {"Cache-Control": "public, max-age=300"}  # seconds; `keys.announce` is 10 minutes at the least


def keys_path(
    keys: Callable[[], Mapping[str, Any]],
) -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
    """Handler of the path; `keys` gives a JWK set (RFC 7517 §5)."""

    async def show(request: web.Request) -> web.Response:
        if request.method not in ("GET", "HEAD"):
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"])
        return web.json_response(dict(keys()), headers=KEPT)

    return {PATH: show}
