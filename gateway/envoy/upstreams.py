"""The servers of a hosted application: which of them gets a request, and when one is left out.

Who does not take a connection is not tried again for a while (outlier detection), and where the configuration
says how to ask, each is asked for its health as well. Errors that an application answers by itself (500) put
nobody out: they are about a page, not about a server.
"""

from collections.abc import Callable
from datetime import timedelta

from config.settings import Application, Health
from config.upstreams import Upstream, upstream_of
from gateway.envoy.messages import Json, seconds, typed

FAILURES = 3  # connections in a row that did not come about, or answers that did not come
GATEWAY_ERRORS = 5  # answers of 502, 503, 504 in a row
SWEEP = timedelta(seconds=1)
LEFT_OUT, LEFT_OUT_MOST = timedelta(seconds=5), timedelta(seconds=60)  # longer each time
UNWELL = 2  # failed questions for health in a row
MOST_TRIES = 3
OTHER_HOST = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
OTHER_PRIORITY = "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig"


class UpstreamUnusable(Exception):
    """The address of a hosted application cannot be used."""

    def __init__(self, application: str, upstream: str) -> None:
        super().__init__(
            f"applications.{application}.upstreams: {upstream!r} is not `http://host:port` or `https://…`; "
            "write the address of the application without a path, and `https://` where it has a table `tls`"
        )


def upstreams_of(application: Application) -> list[Upstream]:
    """Raises UpstreamUnusable."""
    found = []
    for text in application.upstreams:
        upstream = upstream_of(text)
        if upstream is None or upstream.tls is not (application.tls is not None):
            raise UpstreamUnusable(application.id, text)
        found.append(upstream)
    return found


def endpoints(application: Application, marked: Callable[[str], Json]) -> list[Json]:
    """`endpoints` of the load assignment: one priority for each server in order, or one for all of them.

    `marked`: further fields of an endpoint, by its host.
    """
    each = [{"endpoint": {"address": _address(one)}} | marked(one.host) for one in upstreams_of(application)]
    if application.balance == "spread":
        return [{"lb_endpoints": each}]
    return [{"lb_endpoints": [one], "priority": number} for number, one in enumerate(each)]


def watching(application: Application, authority: str) -> Json:
    """Fields of the cluster that say when a server is left out; `authority`: the host it is asked by."""
    health = application.health
    # Where nobody is well, whoever was asked for health is believed; a mere lack of luck is tried again.
    least = 0 if health is not None else 1
    watched: Json = {
        "outlier_detection": {
            "split_external_local_origin_errors": True,
            "consecutive_local_origin_failure": FAILURES,
            "enforcing_consecutive_local_origin_failure": 100,
            "consecutive_gateway_failure": GATEWAY_ERRORS,
            "enforcing_consecutive_gateway_failure": 100,
            "enforcing_consecutive_5xx": 0,
            "enforcing_success_rate": 0,
            "enforcing_local_origin_success_rate": 0,
            "interval": seconds(SWEEP),
            "base_ejection_time": seconds(LEFT_OUT),
            "max_ejection_time": seconds(LEFT_OUT_MOST),
            "max_ejection_percent": 100,
        },
        **chosen(least),
    }
    return (
        watched
        if health is None
        else watched | {"health_checks": [_asked(health, application.protocol, authority)]}
    )


def chosen(least: int) -> Json:
    """Field of a cluster: below `least` per cent that are well, all are asked; who is well is known at once.

    As delivered, Envoy's threads would hear of it up to a second later, and all tries of a request go to whom the main
    thread knows to be away.
    """
    return {"common_lb_config": {"healthy_panic_threshold": {"value": least}, "update_merge_window": "0s"}}


def another_try(application: Application) -> Json:
    """Field of a route: a request that no server has seen goes on to the next; without one it would only cost."""
    servers = len(application.upstreams)
    if servers == 1:
        return {}
    return {
        "retry_policy": {
            "retry_on": "connect-failure,refused-stream",
            "num_retries": min(servers - 1, MOST_TRIES),
            "retry_host_predicate": [
                {"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": typed(OTHER_HOST)}
            ],
            "host_selection_retry_max_attempts": 5,
            "retry_priority": {
                "name": "envoy.retry_priorities.previous_priorities",
                "typed_config": typed(OTHER_PRIORITY, update_frequency=1),
            },
            "retry_back_off": {"base_interval": "0.005s", "max_interval": "0.02s"},
        }
    }


def _asked(health: Health, protocol: str, authority: str) -> Json:
    return {
        "timeout": seconds(health.timeout),
        "interval": seconds(health.interval),
        "no_traffic_interval": seconds(health.interval),
        "unhealthy_threshold": UNWELL,
        "healthy_threshold": 1,
        "http_health_check": {
            "codec_client_type": "HTTP2" if protocol == "http2" else "HTTP1",
            "host": authority,
            "path": health.path,
            "expected_statuses": [{"start": one, "end": one + 1} for one in sorted(set(health.statuses))],
        },
    }


def _address(upstream: Upstream) -> Json:
    return {"socket_address": {"address": upstream.host, "port_value": upstream.port}}
