"""Which server to try next. Pure: the time (monotonic seconds) is an argument.

Laws: servers are tried in configured order; one that failed rests, longer each time; when its rest is over
one caller at a time tries it; one success makes it whole again.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

FIRST_REST = 0.25  # seconds
LONGEST_REST = 5.0  # seconds: how long a recovered server may go unnoticed


@dataclass(frozen=True, slots=True)
class Health:
    """Failures in a row, and until when (monotonic seconds) the server rests."""

    failures: int = 0
    rests_until: float = 0.0


Servers = tuple[Health, ...]


def rest(failures: int) -> float:
    """Seconds to rest after so many failures in a row."""
    return min(LONGEST_REST, FIRST_REST * 2.0 ** min(failures - 1, 16)) if failures else 0.0


def choose(servers: Servers, now: float, tried: Collection[int]) -> tuple[int | None, Servers]:
    """The next server, and the state in which nobody else probes it; None when all rest or were tried."""
    for index, health in enumerate(servers):
        if index in tried or now < health.rests_until:
            continue
        if health.failures:
            return index, _with(servers, index, replace(health, rests_until=now + rest(health.failures)))
        return index, servers
    return None, servers


def failed(servers: Servers, index: int, now: float) -> Servers:
    failures = servers[index].failures + 1
    return _with(servers, index, Health(failures, now + rest(failures)))


def succeeded(servers: Servers, index: int) -> Servers:
    return _with(servers, index, Health())


def _with(servers: Servers, index: int, health: Health) -> Servers:
    return (*servers[:index], health, *servers[index + 1 :])
