"""What an incident closes at the moment of what somebody asked for, whoever decides about it. Pure.

Law: the policies in force say so themselves. The holder is taken at best and in Czechia: who is kept out only as they
come from abroad is told that where they come.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import Action, MunicipalityCode, Role
from gateway.asks import supplied
from gateway.asks.ask import Ask, Stage
from gateway.asks.supplied import Matter
from gateway.authorize.role_opens import questions_at_best
from gateway.authorize.snapshot import Snapshot
from policies.evaluate import PolicyBook
from policies.incidents import INCIDENT
from policies.model import Question, Refused, Text


@dataclass(frozen=True, slots=True)
class ClosedNow:
    """`since` and `why` are those of the incident; None, and what refused people read, where it is not found."""

    rule: str
    """`@id` of the closure's policy."""
    title: Text
    why: Text
    since: datetime | None = None


def closes_anything(book: PolicyBook, municipality: MunicipalityCode) -> bool:
    """Whether an incident closes anything there at all: most of the time nothing, and nobody need be looked for."""
    return any(one.reason.startswith(INCIDENT) for one in book.policies_of(municipality))


def closed_now(
    ask: Ask, roles: Collection[tuple[MunicipalityCode, Role]], snapshot: Snapshot, now: datetime
) -> ClosedNow | None:
    """None: something of it is open, or something else than an incident closes it. `roles`: of its holder."""
    refused = None
    for question in _questions(ask, roles, snapshot, now):
        verdict, _ = snapshot.policies.decide_and_look(question, ())
        if not isinstance(verdict, Refused) or not verdict.reason.startswith(INCIDENT):
            return None
        refused = refused or verdict
    return None if refused is None else ClosedNow(refused.rule, refused.title, refused.advice)


def _questions(
    ask: Ask, roles: Collection[tuple[MunicipalityCode, Role]], snapshot: Snapshot, now: datetime
) -> Iterator[Question]:
    """Of a delegation, about every application there. A closure asks for no action and no part."""
    then = max(now, ask.since)
    who, where = ask.holder.subject, ask.municipality
    others = [one for one in snapshot.asks(who) if one.id != ask.id]
    asks = [*others, replace(ask, stage=Stage.IN_FORCE, needed=0)]
    for question, _ in questions_at_best(who, frozenset(roles), where, snapshot, then):
        if ask.application in (None, question.application):
            about = Matter(question.application, where, ask.session)
            lent = supplied.facts(asks, about, then).delegation
            yield replace(question, action=Action.READ, facts=replace(question.facts, delegation=lent))
