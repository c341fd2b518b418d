"""How Envoy asks `gateway.authorize` when no fresh grant decides (`ext_authz` over HTTP)."""

from datetime import timedelta

from gateway.envoy.messages import GATE_METADATA, Json, seconds, typed

EXT_AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"
AUTHORIZATION_FILTER = "brana.authorization"
TIMEOUT = timedelta(seconds=5)  # a decision takes milliseconds; a stuck one becomes a 503 page
UNAVAILABLE = 424
"""Status by which the decision says 503 with a page of its own: Envoy drops what a 5xx answer holds."""
LARGEST_REFUSAL = 65_536  # bytes of a refusal's page

SENT = ("accept", "accept-language", "user-agent", "upgrade", "origin", "x-request-id")
"""Headers of the request that the decision sees, besides method, path, host and `sec-fetch-*`."""
TO_APPLICATION = ("x-brana-assertion",)
TO_BROWSER_WITH_REFUSAL = (
    "location",
    "set-cookie",
    "content-type",
    "content-language",
    "cache-control",
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "vary",
    "retry-after",
    "allow",
)


def authorization_filter() -> Json:
    """Asked only where the gate did not set `fresh`; no answer means 503, never a pass."""
    return {
        "name": AUTHORIZATION_FILTER,
        "typed_config": typed(
            EXT_AUTHZ,
            transport_api_version="V3",
            failure_mode_allow=False,
            status_on_error={"code": "ServiceUnavailable"},
            validate_mutations=True,
            max_denied_response_body_bytes=LARGEST_REFUSAL,
            filter_enabled_metadata={
                "filter": GATE_METADATA,
                "path": [{"key": "fresh"}],
                "value": {"present_match": True},
                "invert": True,
            },
            allowed_headers={"patterns": [*_exact(SENT), {"prefix": "sec-fetch-"}]},
            http_service={
                "server_uri": {
                    "uri": "http://authorize",
                    "cluster": "authorize",
                    "timeout": seconds(TIMEOUT),
                },
                "authorization_request": {"headers_to_add": _facts()},
                "authorization_response": {
                    "allowed_upstream_headers": {"patterns": _exact(TO_APPLICATION)},
                    "allowed_client_headers": {"patterns": _exact(TO_BROWSER_WITH_REFUSAL)},
                    "allowed_client_headers_on_success": {"patterns": _exact(("set-cookie",))},
                    "dynamic_metadata_from_headers": {"patterns": _exact(("x-brana-gate",))},
                },
            },
        ),
    }


def _exact(names: tuple[str, ...]) -> list[Json]:
    return [{"exact": name, "ignore_case": True} for name in names]


def _facts() -> list[Json]:
    """What Envoy itself knows; none of it can be said by the client."""
    return [
        {"key": "x-brana-route", "value": "%ROUTE_NAME%"},
        {"key": "x-brana-client-address", "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"},
        {"key": "cookie", "value": f"%DYNAMIC_METADATA({GATE_METADATA}:cookies)%"},
    ]
