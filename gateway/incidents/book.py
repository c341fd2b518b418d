"""What incidents need of a database: one transaction for an act and its entry."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Entry
from gateway.audit.retention import Hold
from gateway.incidents.incident import Incident
from gateway.incidents.items import Item
from gateway.policy_office.incident import Incident as Switched

T = TypeVar("T")


class Book(Protocol):
    def incident(self, number: int) -> Incident | None: ...

    def incidents(self, limit: int) -> Sequence[Incident]:
        """The newest first."""
        ...

    def open_ones(self) -> Sequence[Incident]: ...

    def selected(self, limit: int, since: datetime | None, *, only_open: bool) -> Sequence[Incident]:
        """Open ones before closed ones, of each the newest first. `since`: noticed at that time or later."""
        ...

    def next_number(self) -> int: ...

    def keep(self, one: Incident) -> None: ...

    def items(self, number: int) -> Sequence[Item]:
        """In their order."""
        ...

    def add(self, number: int, item: Item) -> None: ...

    def record(self, entry: Entry) -> int:
        """Its number in the audit log."""
        ...

    def told(self, number: int) -> Sequence[Recorded]:
        """Entries of the audit log that say what the incident is (`held_against.OF_INCIDENTS`), in its order."""
        ...

    def told_of_all(self) -> Mapping[int, Sequence[Recorded]]:
        """The same of every incident that the log knows, by its number."""
        ...

    def numbers(self) -> Collection[int]:
        """Of all incidents that have anything in the tables."""
        ...

    def gone(self, sequence: int) -> bool:
        """Whether that entry of the audit log was deleted after its time, with its month."""
        ...

    def leaf(self, sequence: int) -> bytes | None:
        """Leaf hash of an entry of the audit log, as it stands; None where there is no such entry."""
        ...

    def log_size(self) -> int: ...

    def received(self, sequence: int) -> datetime | None:
        """When an entry of the audit log was received; None where there is no such entry."""
        ...

    def oldest(self) -> datetime | None:
        """When the first entry was received that is kept."""
        ...

    def holds(self) -> Sequence[Hold]:
        """All on the audit log, with those that were lifted."""
        ...

    def place_hold(self, since: int, until: int, why: str, by: str, now: datetime) -> Hold: ...

    def lift_hold(self, number: int, now: datetime) -> None: ...

    def held_for(self, holds: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Of these holds those that belong to incidents, with the numbers of the incidents."""
        ...

    def switched_lately(self, limit: int) -> Sequence[Switched]:
        """What the incident switch of the policies holds closed, and what it closed last and opened again."""
        ...

    def switched(self, name: str) -> Switched | None:
        """What the incident switch of the policies closed."""
        ...


class Books(Protocol):
    async def transact(self, work: Callable[[Book], T]) -> T: ...

    async def look(self, query: Callable[[Book], T]) -> T: ...
