"""What is taken out of an application's answer: cookies that bear our names."""

from gateway.envoy.lua import script
from gateway.envoy.messages import Json, typed

SET_COOKIE = "set-cookie"


def our_cookies_removed() -> Json:
    """Upstream filter: sees only what an application answered, never what we add ourselves."""
    return {
        "name": "brana.answer",
        "typed_config": typed(
            "envoy.extensions.filters.http.lua.v3.Lua",
            default_source_code={"inline_string": script("answer.lua")},
            clear_route_cache=False,
        ),
    }
