"""What the product counts and times, for Prometheus, on a local address only."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

DECISION_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0)
VERDICTS = ("granted", "refused", "sign_in", "unavailable")


def certificate_gauge(registry: CollectorRegistry | None) -> Gauge:
    """None: where another process of this machine shows it."""
    return Gauge(
        "brana_certificate_not_after_timestamp_seconds",
        "Until when the public certificate that is served is good, seconds since 1970",
        registry=registry,
    )


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        verdicts = Counter(
            "brana_verdicts_total", "Verdicts of the cold path", ["verdict"], registry=self.registry
        )
        self._verdicts = {verdict: verdicts.labels(verdict) for verdict in VERDICTS}
        self.decision_seconds = Histogram(
            "brana_decision_seconds",
            "From Envoy's question to the answer",
            buckets=DECISION_SECONDS,
            registry=self.registry,
        )
        self.revoked = Gauge(
            "brana_revoked_ids", "Revocation ids the gate holds at present", registry=self.registry
        )
        self.directory_reachable = Gauge(
            "brana_directory_reachable",
            "1 while an office directory answers as configured",
            ["directory"],
            registry=self.registry,
        )
        self.directory_synced = Gauge(
            "brana_directory_synced_timestamp_seconds",
            "When all that is known of a directory was last confirmed, seconds since 1970",
            ["directory"],
            registry=self.registry,
        )
        self.directory_held = Gauge(
            "brana_directory_removal_held",
            "1 while more vanished from a directory at once than is believed without confirmation",
            ["directory"],
            registry=self.registry,
        )
        self.data_plane_refusals = Counter(
            "brana_data_plane_refusals_total",
            "Configurations Envoy did not accept; any is a fault of ours",
            registry=self.registry,
        )
        self.emergency_open = Gauge(
            "brana_emergency_open", "Emergency accesses that are open now", registry=self.registry
        )
        self.emergency_review_overdue = Gauge(
            "brana_emergency_review_overdue",
            "Emergency accesses that nobody has reviewed in time",
            registry=self.registry,
        )
        self.incident_closures = Gauge(
            "brana_incident_closures", "Classes of access that an incident closes now", registry=self.registry
        )
        self.alerts_standing = Gauge(
            "brana_alerts_standing", "Alerts that stand, by rule", ["rule"], registry=self.registry
        )
        self.receiver_behind = Gauge(
            "brana_audit_receiver_behind",
            "Entries of the log that a receiver has not taken",
            ["receiver"],
            registry=self.registry,
        )
        self.receiver_late = Gauge(
            "brana_audit_receiver_late_seconds",
            "Age of the first entry that a receiver has not taken",
            ["receiver"],
            registry=self.registry,
        )
        self.not_recorded = Gauge(
            "brana_requests_not_recorded",
            "Requests that a node which asks here has answered since the last of which the log knows",
            ["node"],
            registry=self.registry,
        )
        self.not_indexed = Gauge(
            "brana_audit_not_indexed",
            "Entries of the log that searches by words and details cannot look up yet",
            registry=self.registry,
        )
        self.certificate_ends = certificate_gauge(self.registry)
        self.log_full = Gauge(
            "brana_audit_log_full",
            "1 while nobody is let in, as there is no room for the audit log on the disk",
            registry=self.registry,
        )
        self._recovery = Counter(
            "brana_recovery_sign_ins_total",
            "Tries to sign in as the recovery administrator; any deserves a look",
            ["outcome"],
            registry=self.registry,
        )
        for outcome in ("used", "refused"):
            self._recovery.labels(outcome)

    def recovery_tried(self, *, used: bool) -> None:
        self._recovery.labels("used" if used else "refused").inc()

    def verdict(self, kind: str, seconds: float) -> None:
        self._verdicts[kind].inc()
        self.decision_seconds.observe(seconds)


SOCKET = "metrics.sock"
"""Where a whole node's control plane shows them to the process beside Envoy, which shows them to others."""
MAY_BE_DOWN = "directory"
"""How the names of those parts begin without which who is in can go on working: told, but still ready."""


def metrics_app(metrics: Metrics, ready: Callable[[], dict[str, bool]]) -> web.Application:
    """`/metrics`, `/healthz` (the process answers) and `/readyz` (every part needed does its work; else 503)."""

    async def show(_: web.Request) -> web.Response:
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readiness(_: web.Request) -> web.Response:
        parts = ready()
        fit = all(works for part, works in parts.items() if not part.startswith(MAY_BE_DOWN))
        return web.json_response(parts, status=200 if fit else 503)

    app = web.Application()
    app.add_routes([web.get("/metrics", show), web.get("/healthz", health), web.get("/readyz", readiness)])
    return app
