"""The policy office's store: versions, proposals, incidents and the log, in one transaction of the database."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Entry
from gateway.policy_office.incident import Incident
from gateway.policy_office.proposal import Proposal, ProposalId, Taken
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Head, Version
from gateway.storage.database import Database
from gateway.storage.policy_incidents import StoredIncidents
from gateway.storage.policy_proposals import Proposals
from gateway.storage.policy_versions import Versions
from policies.evaluate import PolicyBook

T = TypeVar("T")
Append = Callable[[Connection, Sequence[Entry]], object]
Loaded = Callable[[Connection, PolicyBook, datetime], list[Entry]]
"""What is recorded of policies that come into force, besides the act."""


class StoredDesk:
    """`gateway.policy_office.store.Desk` on one connection."""

    def __init__(
        self, connection: Connection, key: Ed25519PrivateKey, append: Append, loaded: Loaded
    ) -> None:
        self._connection, self._append, self._loaded = connection, append, loaded
        self._versions = Versions(connection, key)
        self._proposals = Proposals(connection)
        self._incidents = StoredIncidents(connection)

    def in_force(self) -> Version | None:
        return self._versions.in_force()

    def version(self, number: int) -> Version | None:
        return self._versions.version(number)

    def heads(self, scopes: Collection[Scope], before: int | None, limit: int) -> list[Head]:
        return self._versions.heads(scopes, before, limit)

    def concerning(self, scope: Scope, before: int | None, limit: int) -> list[Head]:
        return self._versions.concerning(scope, before, limit)

    def put_in_force(self, made: Version, book: PolicyBook) -> Version:
        new = self._versions.put_in_force(made)
        self.record(self._loaded(self._connection, book, made.at))
        return new

    def proposal(self, name: ProposalId) -> Proposal | None:
        return self._proposals.one(name)

    def proposals(self, scope: Scope, limit: int) -> list[Proposal]:
        return self._proposals.of_scope(scope, limit)

    def history(self, name: ProposalId) -> list[Taken]:
        return self._proposals.history(name)

    def keep(self, proposal: Proposal, taken: Taken) -> None:
        self._proposals.keep(proposal, taken)

    def due(self, now: datetime) -> list[ProposalId]:
        return self._proposals.due(now)

    def next_due(self) -> datetime | None:
        return self._proposals.next_due()

    def incidents(self) -> list[Incident]:
        return self._incidents.standing()

    def ended_incidents(self, limit: int, concerning: MunicipalityCode | None) -> list[Incident]:
        return self._incidents.ended(limit, concerning)

    def incident(self, name: str) -> Incident | None:
        return self._incidents.one(name)

    def keep_incident(self, incident: Incident) -> None:
        self._incidents.keep(incident)

    def record(self, entries: Sequence[Entry]) -> None:
        self._append(self._connection, entries)


class StoredOffice:
    """`key`: asked in each transaction, as another may have taken its place."""

    def __init__(
        self,
        database: Database,
        key: Callable[[Connection], Ed25519PrivateKey],
        append: Append,
        loaded: Loaded,
    ) -> None:
        self._database, self._key, self._append, self._loaded = database, key, append, loaded

    async def transact(self, work: Callable[[StoredDesk], T]) -> T:
        return await self._database.write(lambda connection: work(self._desk(connection)))

    async def look(self, query: Callable[[StoredDesk], T]) -> T:
        return await self._database.read(lambda connection: query(self._desk(connection)))

    def _desk(self, connection: Connection) -> StoredDesk:
        return StoredDesk(connection, self._key(connection), self._append, self._loaded)
