"""What the policy office needs of whatever keeps policies: everything within one transaction, or nothing of it."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Entry
from gateway.policy_office.incident import Incident
from gateway.policy_office.proposal import Proposal, ProposalId, Taken
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Head, Version
from policies.evaluate import PolicyBook

T = TypeVar("T")


class Desk(Protocol):
    """In a transaction that is open. What is read of versions raises what says that they are unusable."""

    def in_force(self) -> Version | None:
        """None: nothing is yet."""
        ...

    def version(self, number: int) -> Version | None: ...

    def heads(self, scopes: Collection[Scope], before: int | None, limit: int) -> list[Head]:
        """Of versions that concern one of them, the newest first, older than number `before`."""
        ...

    def concerning(self, scope: Scope, before: int | None, limit: int) -> list[Head]:
        """In the same order, of versions that changed its texts; files of all do so where these differ."""
        ...

    def put_in_force(self, made: Version, book: PolicyBook) -> Version:
        """Behind the newest; with the entry of its book, and not that of the act."""
        ...

    def proposal(self, name: ProposalId) -> Proposal | None: ...

    def proposals(self, scope: Scope, limit: int) -> list[Proposal]:
        """Those that are not over before the others, the newest first: no number of others hides one."""
        ...

    def history(self, name: ProposalId) -> list[Taken]: ...

    def keep(self, proposal: Proposal, taken: Taken) -> None: ...

    def due(self, now: datetime) -> list[ProposalId]:
        """Approved ones whose time has come."""
        ...

    def next_due(self) -> datetime | None: ...

    def incidents(self) -> list[Incident]:
        """All that stand, the oldest first."""
        ...

    def ended_incidents(self, limit: int, concerning: MunicipalityCode | None) -> list[Incident]:
        """Those opened again, the newest first; None: whomever they concern."""
        ...

    def incident(self, name: str) -> Incident | None: ...

    def keep_incident(self, incident: Incident) -> None: ...

    def record(self, entries: Sequence[Entry]) -> None: ...


class Store(Protocol):
    async def transact(self, work: Callable[[Desk], T]) -> T:
        """Durable when it returns; nothing of it where `work` raises."""
        ...

    async def look(self, query: Callable[[Desk], T]) -> T: ...
