"""A listener that nobody but the control plane reaches: it says which route a request would take, and goes no further.

It reads requests and routes by the very table, and by the rules, of the listener that people reach.
"""

from gateway.envoy.hardening import limits, reading
from gateway.envoy.lua import script
from gateway.envoy.messages import ROUTES, Json, Surroundings, discovered, pipe, typed

TRIED = "brana.tried"
SOCKET = "tried"
HCM = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
LUA = "envoy.extensions.filters.http.lua.v3.Lua"
ASKED_HEADER = "x-brana-asked"
OWNER_ONLY = 0o600


def ours() -> Json:
    """Metadata of a route to pages that are ours, which asks for nothing."""
    return {"filter_metadata": {TRIED: {"ours": True}}}


def tried_listener(surroundings: Surroundings) -> Json:
    lua = typed(LUA, default_source_code={"inline_string": script("tried.lua")}, clear_route_cache=False)
    router = typed("envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    manager = typed(
        HCM,
        stat_prefix="tried",
        rds={"route_config_name": ROUTES, "config_source": discovered()},
        http_filters=[
            {"name": TRIED, "typed_config": lua},
            {"name": "envoy.filters.http.router", "typed_config": router},
        ],
        **reading(),
        **limits(),
    )
    return {
        "name": TRIED,
        "address": pipe(surroundings.socket(SOCKET), OWNER_ONLY),
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
