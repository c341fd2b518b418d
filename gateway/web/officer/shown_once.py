"""What a form has made and the page behind its redirect shows, once: a reload of that page makes nothing anew.

In memory alone, for a moment: it is written down nowhere.
"""

from datetime import datetime, timedelta
from typing import Generic, TypeVar

from config.vocabulary import SessionId

T = TypeVar("T")
KEPT = timedelta(minutes=1)
"""A browser follows a redirect at once."""


class ShownOnce(Generic[T]):
    """The last one of each session."""

    def __init__(self) -> None:
        self._kept: dict[SessionId, tuple[datetime, T]] = {}

    def keep(self, session: SessionId, made: T, now: datetime) -> None:
        self._forget(now)
        self._kept[session] = now, made

    def take(self, session: SessionId, now: datetime) -> T | None:
        """None where it was shown already, or nobody came for it in time."""
        self._forget(now)
        found = self._kept.pop(session, None)
        return found[1] if found is not None else None

    def _forget(self, now: datetime) -> None:
        self._kept = {who: one for who, one in self._kept.items() if now < one[0] + KEPT}
