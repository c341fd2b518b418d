"""What decisions have to know of everything that was asked for, in the memory of a control plane.

Decisions read no database for it: it is read when the control plane starts, whenever another node tells that something
changed, and replaced by whoever changes it here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from config.vocabulary import SubjectId
from gateway.asks.ask import Ask, AskId


class InForce:
    """One per control plane, used from its event loop."""

    def __init__(self) -> None:
        self._asks: dict[AskId, Ask] = {}
        self._waiting: dict[AskId, Ask] = {}
        self._by_holder: Mapping[SubjectId, tuple[Ask, ...]] = {}
        self.changes = 0
        """Made here so far: what was read of the database before one of them may be older than it."""

    def __len__(self) -> int:
        return len(self._asks)

    def of(self, holder: SubjectId) -> Sequence[Ask]:
        return self._by_holder.get(holder, ())

    def waiting(self, holder: SubjectId, now: datetime) -> Sequence[Ask]:
        """What somebody has yet to decide about, the latest first."""
        theirs = (one for one in self._waiting.values() if one.holder.subject == holder and one.waits(now))
        return sorted(theirs, key=lambda one: one.asked_at, reverse=True)

    def all(self) -> Sequence[Ask]:
        return tuple(self._asks.values())

    def take(self, asks: Iterable[Ask], now: datetime, waiting: Iterable[Ask] = ()) -> frozenset[SubjectId]:
        """The database's word; `waiting`: for a decision. Of whom something may have been decided here that does not
        hold any more.
        """
        before = self._asks
        self._waiting = {one.id: one for one in waiting if one.waits(now)}
        self._asks = {one.id: one for one in asks if one.counts_on(now)}
        self._arrange()
        told = [one for name, one in self._asks.items() if before.get(name) != one]
        told += [one for name, one in before.items() if name not in self._asks and one.counts_on(now)]
        return frozenset(one.holder.subject for one in told)

    def put(self, ask: Ask, now: datetime) -> None:
        """It was changed here; durable already."""
        self.changes += 1
        known, undecided = self._asks | {ask.id: ask}, self._waiting | {ask.id: ask}
        self._waiting = {name: one for name, one in undecided.items() if one.waits(now)}
        self._asks = {name: one for name, one in known.items() if one.counts_on(now)}
        self._arrange()

    def _arrange(self) -> None:
        by_holder: dict[SubjectId, list[Ask]] = {}
        for one in self._asks.values():
            by_holder.setdefault(one.holder.subject, []).append(one)
        self._by_holder = {holder: tuple(asks) for holder, asks in by_holder.items()}
