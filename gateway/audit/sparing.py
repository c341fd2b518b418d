"""Entries that a stranger can cause at will: so many in a span of time, and of the rest the number.

Nothing is lost by it: each request has its own line in the access log. What is spared is the write that
somebody would wait for. The number is told by the next entry that is kept. Pure; one object, one event loop.
"""

from datetime import datetime, timedelta


def told(left_out: int) -> dict[str, int]:
    """As a detail of the entry that is kept."""
    return {"left_out_before": left_out} if left_out else {}


class Sparing:
    def __init__(self, most: int, span: timedelta) -> None:
        self._most, self._span = most, span
        self._since: datetime | None = None
        self._kept = self._left_out = 0

    def take(self, now: datetime) -> int | None:
        """How many were left out before this one, which is to be kept; None where this one is left out too."""
        if self._since is None or not self._since <= now < self._since + self._span:
            self._since, self._kept = now, 0
        if self._kept >= self._most:
            self._left_out += 1
            return None
        self._kept += 1
        left_out, self._left_out = self._left_out, 0
        return left_out
