"""What Envoy is told when it starts: where its administration listens, and where to ask for the rest."""

from datetime import timedelta
from pathlib import Path

from config.settings import Limits
from gateway.envoy.limits import overload
from gateway.envoy.messages import DISCOVERY_CLUSTER, Json, discovered, pipe, seconds

NODE = "brana"
ADMIN_MODE = 0o600


def bootstrap(run: Path, limits: Limits) -> Json:
    """The bootstrap file of an Envoy whose sockets are in `run`."""
    return {
        "node": {"cluster": NODE},
        "admin": {"address": pipe(run / "envoy-admin.sock", ADMIN_MODE)},
        "dynamic_resources": {"lds_config": discovered(), "cds_config": discovered()},
        "static_resources": {"clusters": [_discovery(run / "discovery.sock")]},
        "overload_manager": overload(limits),
        "watchdogs": _watchdogs(limits.silence),
        "layered_runtime": {"layers": [{"name": "static", "static_layer": {}}]},
        # An instance of its own per process: no names from the machine, no hot restart.
        "stats_config": {"use_all_default_tags": False},
    }


def _watchdogs(silence: timedelta) -> Json:
    """Envoy ends itself where a worker is stuck; of its main thread the supervisor judges, whom it answers.

    It goes by the clock, and after a pause that the clock does not leave out it may take a healthy worker for a stuck
    one, so it has twice the patience.
    """
    return {"main_thread_watchdog": {}, "worker_watchdog": {"kill_timeout": seconds(2 * silence)}}


def _discovery(socket: Path) -> Json:
    return {
        "name": DISCOVERY_CLUSTER,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": DISCOVERY_CLUSTER,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": pipe(socket)}}]}],
        },
    }
