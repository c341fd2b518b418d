"""Proposals to change policies, with the steps they took, on one connection."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from gateway.policy_office.proposal import OVER, Proposal, ProposalId, State, Step, Taken
from gateway.policy_office.scope import Scope
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros, micros_or_none, moment_of, moment_or_none
from gateway.storage.policy_texts import keep, texts
from gateway.storage.tables.policy_office import policy_proposal, policy_proposal_step

_p, _s = policy_proposal.c, policy_proposal_step.c
_WAITS = (_p.state == State.APPROVED.value) & _p.activate_at.is_not(None)


class Proposals(KeyedRows):
    """In the transaction that is open. Raises Damaged for what is not as it was kept."""

    def one(self, name: ProposalId) -> Proposal | None:
        row = self._at(policy_proposal, id=name)
        return None if row is None else self._proposal(row)

    def of_scope(self, scope: Scope, limit: int) -> list[Proposal]:
        """Those that are not over first, then the newest."""
        over = case((_p.state.in_([state.value for state in OVER]), 1), else_=0)
        chosen = (
            select(policy_proposal).where(_p.scope == scope).order_by(over, _p.created_at.desc()).limit(limit)
        )
        return [self._proposal(row) for row in self._connection.execute(chosen)]

    def due(self, now: datetime) -> list[ProposalId]:
        """The longest due first."""
        chosen = select(_p.id).where(_WAITS, _p.activate_at <= micros(now)).order_by(_p.activate_at)
        return [ProposalId(row.id) for row in self._connection.execute(chosen)]

    def next_due(self) -> datetime | None:
        found = self._connection.execute(select(func.min(_p.activate_at)).where(_WAITS)).scalar()
        return moment_or_none(found)

    def history(self, name: ProposalId) -> list[Taken]:
        chosen = select(policy_proposal_step).where(_s.proposal == name).order_by(_s.revision)
        return [
            Taken(
                revision=row.revision,
                step=Step(row.step),
                subject=row.subject,
                name=row.name,
                at=moment_of(row.at),
                why=row.why,
            )
            for row in self._connection.execute(chosen)
        ]

    def keep(self, one: Proposal, taken: Taken) -> None:
        self._put(policy_proposal, self._row(one))
        self._put(
            policy_proposal_step,
            {
                "proposal": one.id,
                "revision": taken.revision,
                "step": taken.step.value,
                "subject": taken.subject,
                "name": taken.name,
                "at": micros(taken.at),
                "why": taken.why,
            },
        )

    def _row(self, one: Proposal) -> dict[str, Any]:
        return {
            "id": one.id,
            "scope": one.scope,
            "state": one.state.value,
            "files": keep(self._connection, one.texts),
            "base": one.base,
            "base_digest": one.base_digest,
            "revision": one.revision,
            "owner": one.owner,
            "owner_name": one.owner_name,
            "authors": json.dumps(sorted(one.authors)),
            "note": one.note,
            "created_at": micros(one.created_at),
            "changed_at": micros(one.changed_at),
            "submitted_at": micros_or_none(one.submitted_at),
            "approver": one.approver,
            "approver_name": one.approver_name,
            "approved_at": micros_or_none(one.approved_at),
            "approved_digest": one.approved_digest,
            "activate_at": micros_or_none(one.activate_at),
            "version": one.version,
        }

    def _proposal(self, row: Any) -> Proposal:
        return Proposal(
            id=ProposalId(row.id),
            scope=Scope(row.scope),
            state=State(row.state),
            texts=texts(self._connection, row.files),
            base=row.base,
            base_digest=row.base_digest,
            revision=row.revision,
            owner=row.owner,
            owner_name=row.owner_name,
            authors=frozenset(json.loads(row.authors)),
            note=row.note,
            created_at=moment_of(row.created_at),
            changed_at=moment_of(row.changed_at),
            submitted_at=moment_or_none(row.submitted_at),
            approver=row.approver,
            approver_name=row.approver_name,
            approved_at=moment_or_none(row.approved_at),
            approved_digest=row.approved_digest,
            activate_at=moment_or_none(row.activate_at),
            version=row.version,
        )
