"""What waits for one person, counted in the database by indices, and never far."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, or_, select

from config.vocabulary import SubjectId
from gateway.access_review.campaign import Choice
from gateway.asks.ask import Kind, Stage
from gateway.policy_office.proposal import State
from gateway.policy_office.scope import OF_REGION
from gateway.storage.database import Database
from gateway.storage.moment import micros
from gateway.storage.tables.access_review import access_review, access_review_item
from gateway.storage.tables.asks import ask
from gateway.storage.tables.policy_office import policy_proposal
from gateway.waiting import MOST, NOTHING, Turn, Waiting

_a, _p, _i = ask.c, policy_proposal.c, access_review_item.c


@dataclass(frozen=True, slots=True)
class StoredWaiting:
    database: Database

    async def of(self, turn: Turn, now: datetime) -> Waiting:
        queries = dict(_queries(turn, now))
        if not queries:
            return NOTHING

        def count(connection: Connection) -> Waiting:
            return Waiting(**{name: connection.scalar(query) or 0 for name, query in queries.items()})

        return await self.database.read(count)


def _queries(turn: Turn, now: datetime) -> Iterator[tuple[str, Any]]:
    waits = (_a.stage == Stage.WAITING.value) & (_a.ends_at > micros(now))
    here, hers = _a.municipality == turn.municipality, [turn.who, *sorted(turn.also)]
    if turn.orders:
        # By the index of sponsors: everybody is asked about, and all that waits in a district is no small number.
        still = (func.coalesce(_a.stage, "") == Stage.WAITING.value) & (_a.ends_at > micros(now))
        ours = (_a.sponsor == turn.who) & (_a.asker != turn.who)
        ours &= func.coalesce(_a.municipality, "") == turn.municipality
        yield "orders", _up_to_most(_a.id, ours, still, _a.kind == Kind.ORDER.value)
    if turn.requests:
        theirs = _a.asker.in_(hers) | _a.holder.in_(hers) | _names_any(_a.approvals, hers)
        not_a_sponsors = (_a.kind != Kind.ORDER.value) | (_a.sponsor == _a.asker)
        yield "requests", _up_to_most(_a.id, waits, here, not_a_sponsors, ~theirs)
    if turn.uses:
        unreviewed = _a.review_by.is_not(None) & _a.reviewed.is_(None) & _a.holder.not_in(hers)
        is_over = or_(_a.stage != Stage.IN_FORCE.value, _a.ends_at <= micros(now))
        among = () if turn.uses_everywhere else (here,)
        yield "uses", _up_to_most(_a.id, unreviewed, is_over, *among)
    if turn.proposals:
        submitted = (_p.state == State.SUBMITTED.value) & _p.scope.in_(sorted(turn.proposals))
        not_theirs = _p.owner.not_in(hers) & ~_names_any(_p.authors, hers)
        yield "proposals", _up_to_most(_p.id, submitted, not_theirs)
        if OF_REGION in turn.proposals:
            yield "common", _up_to_most(_p.id, submitted, not_theirs, _p.scope == OF_REGION)
    if turn.accesses:
        reviews = select(access_review.c.id).where(
            access_review.c.municipality == turn.municipality, access_review.c.closed_at.is_(None)
        )
        left = _i.gone_at.is_(None) & (_i.choice.is_(None) | (_i.choice == Choice.UNCLEAR.value))
        yield "accesses", _up_to_most(_i.number, _i.review.in_(reviews), left, _i.subject.not_in(hers))


def _names_any(people: ColumnElement[str], accounts: Sequence[SubjectId]) -> ColumnElement[bool]:
    """Whether a JSON text has one of them in it."""
    return or_(*(people.contains(json.dumps(one), autoescape=True) for one in accounts))


def _up_to_most(of: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Any:
    found = select(literal(1)).select_from(of.table).where(*conditions).limit(MOST).subquery()
    return select(func.count()).select_from(found)
