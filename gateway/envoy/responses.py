"""What is taken out of an application's answer: cookies that bear our names."""

from gateway.envoy.lua import script
from gateway.envoy.messages import OUR_COOKIES, SKIP, Json, typed


def our_cookies_removed() -> Json:
    """Upstream filter: sees only what an application answered, never what we add ourselves.

    The script costs a tenth of a request, so it is skipped where no cookie bears a name like ours.
    """
    lua = typed(
        "envoy.extensions.filters.http.lua.v3.Lua",
        default_source_code={"inline_string": script("answer.lua")},
        clear_route_cache=False,
    )
    no_cookie_of_ours = {"not_matcher": {"single_predicate": _cookie_of_ours()}}
    skip = {"action": {"name": "skip", "typed_config": typed(SKIP)}}
    matchers = [{"predicate": no_cookie_of_ours, "on_match": skip}]
    return {
        "name": "brana.answer",
        "typed_config": typed(
            "envoy.extensions.common.matching.v3.ExtensionWithMatcher",
            xds_matcher={"matcher_list": {"matchers": matchers}},
            extension_config={"name": "brana.answer.lua", "typed_config": lua},
        ),
    }


def _cookie_of_ours() -> Json:
    set_cookie = typed("envoy.type.matcher.v3.HttpResponseHeaderMatchInput", header_name="set-cookie")
    return {
        "input": {"name": "set-cookie", "typed_config": set_cookie},
        "value_match": {"contains": OUR_COOKIES.lower(), "ignore_case": True},
    }
