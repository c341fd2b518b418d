"""The revoked list: revocation ids whose grants must be decided anew, until the last one has expired."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime


class RevokedList:
    """Kept in memory beside the database's table; `changed` is called with all ids whenever one is added."""

    def __init__(self, changed: Callable[[frozenset[str]], None]) -> None:
        self._until: dict[str, datetime] = {}
        self._changed = changed

    def __len__(self) -> int:
        return len(self._until)

    def __contains__(self, revocation_id: str) -> bool:
        return revocation_id in self._until

    def add(self, revocation_ids: Iterable[str], until: datetime) -> None:
        """Revoke until `until`: the latest expiry a grant with one of these ids can have."""
        new = {name: max(until, self._until.get(name, until)) for name in revocation_ids}
        if new:
            self._until.update(new)
            self._changed(frozenset(self._until))

    def replace(self, until_by_id: Mapping[str, datetime]) -> None:
        """Take the table's word, at the start and when a command wrote to it. Always announced.

        What was added while the table was being read is kept: only time takes a revocation back.
        """
        known = self._until | dict(until_by_id)
        self._until = {name: max(until, self._until.get(name, until)) for name, until in known.items()}
        self._changed(frozenset(self._until))

    def announce(self) -> None:
        """Tell all ids again, for whoever puts more into the same message."""
        self._changed(frozenset(self._until))

    def sweep(self, now: datetime) -> None:
        """Forget what no living grant can carry. Nothing is announced: a shorter list changes no verdict."""
        self._until = {name: until for name, until in self._until.items() if until > now}
