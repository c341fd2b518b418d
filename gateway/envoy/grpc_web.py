"""gRPC-web of browsers, for applications whose servers speak gRPC alone: Envoy turns one into the other.

Browsers cannot read trailers, so gRPC-web puts them into the body, and `text` encodes all of it as base64
(github.com/grpc/grpc, doc/PROTOCOL-WEB.md).
"""

from gateway.envoy.messages import Json, typed

GRPC_WEB_FILTER = "brana.grpc_web"


def grpc_web_filter() -> Json:
    """Off but for routes that say `spoken`."""
    made = typed("envoy.extensions.filters.http.grpc_web.v3.GrpcWeb")
    return {"name": GRPC_WEB_FILTER, "disabled": True, "typed_config": made}


def spoken() -> Json:
    """What a route says, `typed_per_filter_config`: the filter has no settings, so an empty message turns it on."""
    return {GRPC_WEB_FILTER: typed("envoy.config.route.v3.FilterConfig", config={})}
