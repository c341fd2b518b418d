"""How Envoy asks `gateway.authorize` when no fresh grant decides (`ext_authz` over HTTP)."""

from datetime import timedelta

from config.identity import FACTS, PERSON_HEADER
from config.vocabulary import REASON_HEADER
from gateway.envoy.messages import FRESH, GATE_METADATA, SKIP, Json, seconds, typed
from gateway.envoy.through_tunnel import TUNNEL_SAID

EXECUTE = "envoy.extensions.filters.http.composite.v3.ExecuteFilterAction"
EXT_AUTHZ = "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz"
AUTHORIZATION_FILTER = "brana.authorization"
TIMEOUT = timedelta(seconds=5)  # a decision takes milliseconds; a stuck one becomes a 503 page
UNAVAILABLE = 424
"""Status by which the decision says 503 with a page of its own: Envoy drops what a 5xx answer holds."""
MARK = "mark"  # in a route's metadata: by which settings of the application it was made
MARK_OF_ROUTE = f"%METADATA(ROUTE:{GATE_METADATA}:{MARK})%"
LARGEST_REFUSAL = 65_536  # bytes of a refusal's page

SENT = (
    *("accept", "accept-language", "content-type", "user-agent", "origin", "referer", "x-request-id"),
    "x-brana-certificate-verified",
    *("upgrade", "x-requested-with", "purpose", "sec-purpose", "service-worker"),
)
"""Headers of the request that the decision sees, besides method, path, host, `authorization` and `sec-fetch-*`."""
TO_APPLICATION = ("x-brana-assertion", *(PERSON_HEADER + fact for fact in FACTS))
TO_BROWSER_WITH_REFUSAL = (
    "location",
    "www-authenticate",
    "set-cookie",
    "content-type",
    "content-language",
    "cache-control",
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "vary",
    "retry-after",
    "allow",
    REASON_HEADER,
)


def authorization_filter(first: Json, again: Json | None = None) -> Json:
    """Asked unless the gate has set `fresh`; no answer means 503, never a pass. `first`: a filter before the question.

    Both are made only for requests that need them (`composite`): one that is made and then finds itself disabled costs
    a sixth of a request. What cannot be matched is asked about. `again`: when a question that nobody has seen goes to
    another control plane.
    """
    chain = {"typed_config": [first, {"name": "brana.ask", "typed_config": _ext_authz(again)}]}
    asked = {"action": {"name": "ask", "typed_config": typed(EXECUTE, filter_chain=chain)}}
    skipped = {"action": {"name": "skip", "typed_config": typed(SKIP)}}
    matcher = {
        "matcher_list": {"matchers": [{"predicate": {"single_predicate": _fresh()}, "on_match": skipped}]},
        "on_no_match": asked,
    }
    composite = typed("envoy.extensions.filters.http.composite.v3.Composite")
    return {
        "name": AUTHORIZATION_FILTER,
        "typed_config": typed(
            "envoy.extensions.common.matching.v3.ExtensionWithMatcher",
            extension_config={"name": "brana.composite", "typed_config": composite},
            xds_matcher=matcher,
        ),
    }


def _fresh() -> Json:
    state = typed("envoy.extensions.matching.common_inputs.network.v3.FilterStateInput", key=FRESH)
    return {"input": {"name": "fresh", "typed_config": state}, "value_match": {"contains": " "}}


def _ext_authz(again: Json | None) -> Json:
    return typed(
        EXT_AUTHZ,
        transport_api_version="V3",
        failure_mode_allow=False,
        status_on_error={"code": "ServiceUnavailable"},
        validate_mutations=True,
        max_denied_response_body_bytes=LARGEST_REFUSAL,
        allowed_headers={"patterns": [*_exact(SENT), {"prefix": "sec-fetch-"}]},
        http_service={
            "server_uri": {"uri": "http://authorize", "cluster": "authorize", "timeout": seconds(TIMEOUT)},
            "authorization_request": {"headers_to_add": _facts()},
            "authorization_response": {
                "allowed_upstream_headers": {"patterns": _exact(TO_APPLICATION)},
                "allowed_client_headers": {"patterns": _exact(TO_BROWSER_WITH_REFUSAL)},
                "allowed_client_headers_on_success": {"patterns": _exact(("set-cookie",))},
                "dynamic_metadata_from_headers": {
                    "patterns": _exact(("x-brana-gate", "x-brana-assertion", "x-brana-until"))
                },
            },
            **({"retry_policy": again} if again else {}),
        },
    )


def _exact(names: tuple[str, ...]) -> list[Json]:
    return [{"exact": name, "ignore_case": True} for name in names]


def _facts() -> list[Json]:
    """What Envoy itself knows; none of it can be said by the client."""
    return [
        {"key": "x-brana-route", "value": "%ROUTE_NAME%"},
        {"key": "x-brana-mark", "value": MARK_OF_ROUTE},
        {"key": "x-brana-client-address", "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"},
        {"key": "x-brana-content-length", "value": "%REQ(CONTENT-LENGTH)%"},
        {"key": "x-brana-bearer", "value": f"%DYNAMIC_METADATA({GATE_METADATA}:bearer)%"},
        {"key": "x-brana-tunnel", "value": TUNNEL_SAID},
        {"key": "x-brana-certificate", "value": "%DOWNSTREAM_PEER_CERT%"},
        {"key": "cookie", "value": f"%DYNAMIC_METADATA({GATE_METADATA}:cookies)%"},
    ]
