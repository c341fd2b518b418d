"""What is closed for an incident, and what was, on one connection."""

import hashlib
from typing import Any

from sqlalchemy import func, or_, select

from config.vocabulary import Language, MunicipalityCode
from gateway.policy_office.incident import Incident
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.tables.policy_office import policy_incident
from policies.incidents import OF_A_MUNICIPALITY, Closure, ClosureKind

_i = policy_incident.c


class StoredIncidents(KeyedRows):
    """In the transaction that is open."""

    def standing(self) -> list[Incident]:
        """All of them, the oldest first: one that is left out would close nothing. Nothing is closed twice, so there
        are no more than there is to close.
        """
        chosen = select(policy_incident).where(_i.opened_at.is_(None)).order_by(_i.closed_at, _i.id)
        return [_incident(row) for row in self._connection.execute(chosen)]

    def any_stands(self) -> bool:
        chosen = select(_i.id).where(_i.opened_at.is_(None)).limit(1)
        return self._connection.execute(chosen).first() is not None

    def ended(self, limit: int, concerning: MunicipalityCode | None) -> list[Incident]:
        """Opened again, those closed last first; None: whomever they concern."""
        chosen = select(policy_incident).where(_i.opened_at.is_not(None))
        if concerning is not None:
            everywhere = _i.kind.not_in([kind.value for kind in OF_A_MUNICIPALITY])
            chosen = chosen.where(or_(everywhere, func.substr(_i.target, 1, len(concerning)) == concerning))
        chosen = chosen.order_by(_i.closed_at.desc(), _i.id).limit(limit)
        return [_incident(row) for row in self._connection.execute(chosen)]

    def one(self, name: str) -> Incident | None:
        row = self._at(policy_incident, id=name)
        return None if row is None else _incident(row)

    def mark(self) -> str:
        """Tells apart what stands: another one when something is closed or opened."""
        chosen = select(_i.id).where(_i.opened_at.is_(None)).order_by(_i.id)
        names = "\n".join(row.id for row in self._connection.execute(chosen))
        return hashlib.sha256(names.encode()).hexdigest()

    def keep(self, one: Incident) -> None:
        self._put(
            policy_incident,
            {
                "id": one.id,
                "kind": one.closure.kind.value,
                "target": one.closure.target,
                "reason_cs": one.closure.reason[Language.CZECH],
                "reason_en": one.closure.reason[Language.ENGLISH],
                "closed_by": one.closure.by,
                "closed_by_name": one.closed_by_name,
                "closed_at": micros(one.closure.at),
                "opened_by": one.opened_by,
                "opened_by_name": one.opened_by_name,
                "opened_at": micros_or_none(one.opened_at),
                "why": one.why,
            },
        )


def _incident(row: Any) -> Incident:
    return Incident(
        id=row.id,
        closure=Closure(
            kind=ClosureKind(row.kind),
            target=row.target,
            reason={Language.CZECH: row.reason_cs, Language.ENGLISH: row.reason_en},
            by=row.closed_by,
            at=moment_of(row.closed_at),
        ),
        closed_by_name=row.closed_by_name,
        opened_by=row.opened_by,
        opened_by_name=row.opened_by_name,
        opened_at=moment_or_none(row.opened_at),
        why=row.why,
    )
