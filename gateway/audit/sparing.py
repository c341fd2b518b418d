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

    @property
    def silent(self) -> bool:
        """Whether nothing was left out that is still to be told."""
        return self._left_out == 0

    def over(self, now: datetime) -> bool:
        """Whether the span has passed."""
        return self._since is None or not self._since <= now < self._since + self._span

    def take(self, now: datetime) -> int | None:
        """How many were left out before this one, which is to be kept; None where this one is left out too."""
        if self.over(now):
            self._since, self._kept = now, 0
        if self._kept >= self._most:
            self._left_out += 1
            return None
        self._kept += 1
        left_out, self._left_out = self._left_out, 0
        return left_out


class SparingEach:
    """The same for each person by itself: a flood about one hides nothing of another."""

    def __init__(self, most: int, span: timedelta) -> None:
        self._most, self._span = most, span
        self._of: dict[str, Sparing] = {}
        self._tidied: datetime | None = None

    def of(self, who: str, now: datetime) -> Sparing:
        self._tidy(now)
        return self._of.setdefault(who, Sparing(self._most, self._span))

    def _tidy(self, now: datetime) -> None:
        """Forget, once in a span, whoever has nothing to be told and is counted anew anyway."""
        if self._tidied is not None and self._tidied <= now < self._tidied + self._span:
            return
        self._tidied = now
        self._of = {who: one for who, one in self._of.items() if not (one.silent and one.over(now))}
