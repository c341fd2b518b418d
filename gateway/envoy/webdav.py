"""WebDAV: where a request wants to copy or move to is no more than what its own route allows (RFC 4918 §10.3).

The application acts on two places by one request, and the decision knows one of them: so the other has to lie in the
same tree, which has no further routes in it (`config/applications.py`). Who is not WebDAV is not told at all.
"""

from config.settings import Route
from gateway.envoy.lua import script
from gateway.envoy.messages import Json, typed

WEBDAV_FILTER = "brana.webdav"
DESTINATION = "destination"
"""Header that routes without `webdav` take away."""
SCRIPT = "webdav"
LUA = "envoy.extensions.filters.http.lua.v3"


def webdav_filter() -> Json:
    """Off but for rows made by `tree`."""
    code = {SCRIPT: {"inline_string": script("webdav.lua")}}
    lua = typed(f"{LUA}.Lua", source_codes=code, clear_route_cache=False)
    return {"name": WEBDAV_FILTER, "disabled": True, "typed_config": lua}


def tree(route: Route, made: Json, authority: str, *, tls: bool) -> Json:
    """The row `made` for a WebDAV route, `route` with its whole path; `authority` as clients name the host. `tls`:
    how the servers are reached, which is what they take for their own scheme.
    """
    on = typed("envoy.config.route.v3.FilterConfig", config=typed(f"{LUA}.LuaPerRoute", name=SCRIPT))
    about = {
        "authority": authority.lower(),
        "scheme": "https" if tls else "http",
        "tree": route.path.rstrip("/").lower() + "/",
    }
    return made | {
        "typed_per_filter_config": made.get("typed_per_filter_config", {}) | {WEBDAV_FILTER: on},
        "metadata": {"filter_metadata": made["metadata"]["filter_metadata"] | {WEBDAV_FILTER: about}},
    }
