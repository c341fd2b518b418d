"""How many requests one client may make, and what happens when all of them together are too many.

Of a session the gate counts (`pace.lua`), which costs a request nothing that could be measured. Whoever has no fresh
grant is counted by address, here, before anybody is asked about.
"""

from config.settings import Limits
from gateway.envoy.messages import Json, typed

LIMIT_FILTER = "brana.limit"
BURST_SECONDS = 10  # so much of a quiet time may be used at once: a page and all that belongs to it
IPV4_BITS, IPV6_BITS = 32, 64  # an IPv6 household has a /64 at the least (RFC 6177)
DEVICE_BITS = 128  # in the tunnel: all devices are in one network, and none has another's address
ADDRESSES = 25_000  # remembered, the latest, by each of the two filters; about 20 MiB when all are in use
EVERYBODY = 1_000_000  # requests a second that the filter lets by for whom it finds no address
MIB = 2**20
ALWAYS = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}

HEAP = "envoy.resource_monitors.fixed_heap"
ACTIONS = {
    "shrink_heap": 0.80,
    "disable_http_keepalive": 0.90,
    "stop_accepting_requests": 0.95,
    "stop_accepting_connections": 0.98,
}
"""Share of the memory at which each begins."""
SHORTENED = {
    "HTTP_DOWNSTREAM_CONNECTION_IDLE": "5s",
    "HTTP_DOWNSTREAM_STREAM_IDLE": "15s",
    "TRANSPORT_SOCKET_CONNECT": "2s",
}
"""Times that shrink while memory runs short, and to what."""


def address_limit(limits: Limits, ipv6_bits: int = IPV6_BITS) -> Json:
    """The filter, for each request that comes to it. `ipv6_bits`: of an address, those that tell one client from
    another.
    """
    ours = {"v4_prefix_mask_len": IPV4_BITS, "v6_prefix_mask_len": ipv6_bits}
    limit = typed(
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="address",
        token_bucket=_bucket(EVERYBODY),
        filter_enabled=ALWAYS,
        filter_enforced=ALWAYS,
        always_consume_default_token_bucket=False,
        rate_limits=[{"actions": [{"masked_remote_address": ours}]}],
        descriptors=[
            {
                "entries": [{"key": "masked_remote_address"}],  # without a value: each by itself
                "token_bucket": _bucket(limits.requests_per_address),
            }
        ],
        max_dynamic_descriptors=ADDRESSES,
    )
    return {"name": LIMIT_FILTER, "typed_config": limit}


def _bucket(a_second: int) -> Json:
    return {"max_tokens": a_second * BURST_SECONDS, "tokens_per_fill": a_second, "fill_interval": "1s"}


def overload(limits: Limits) -> Json:
    """The overload manager: what is given up, and in which order, before the kernel ends Envoy for want of memory."""
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            {
                "name": "envoy.resource_monitors.global_downstream_max_connections",
                "typed_config": typed(
                    "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=limits.connections,
                ),
            },
            {
                "name": HEAP,
                "typed_config": typed(
                    "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
                    max_heap_size_bytes=str(limits.memory_mib * MIB),
                ),
            },
        ],
        "actions": [_action(name, {"threshold": {"value": at}}) for name, at in ACTIONS.items()]
        + [
            _action("reduce_timeouts", {"scaled": {"scaling_threshold": 0.80, "saturation_threshold": 0.95}})
            | {
                "typed_config": typed(
                    "envoy.config.overload.v3.ScaleTimersOverloadActionConfig",
                    timer_scale_factors=[
                        {"timer": timer, "min_timeout": least} for timer, least in SHORTENED.items()
                    ],
                )
            }
        ],
    }


def _action(name: str, when: Json) -> Json:
    return {"name": f"envoy.overload_actions.{name}", "triggers": [{"name": HEAP} | when]}
