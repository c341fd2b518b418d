"""What somebody asks for and may do already, by their roles alone: told to them and to whoever decides about it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId, MunicipalityCode, Role, SubjectId
from gateway.authorize.role_opens import questions_at_best
from gateway.authorize.snapshot import Snapshot
from policies.model import Permitted


@dataclass(frozen=True, slots=True)
class Held:
    action: Action
    rule: str
    """The policy that permits it."""


def held_already(
    subject: SubjectId,
    roles: Collection[tuple[MunicipalityCode, Role]],
    application: ApplicationId,
    actions: Collection[Action],
    municipality: MunicipalityCode,
    snapshot: Snapshot,
    then: datetime,
) -> tuple[Held, ...]:
    """At that moment, at best: of actions that several routes ask for, where every route is open."""
    asked = questions_at_best(subject, frozenset(roles), municipality, snapshot, then)
    ours = [(question, its) for question, its in asked if question.application == application]
    found = []
    for action in (one for one in Action if one in actions):
        verdicts = [
            snapshot.policies.decide_and_look(replace(question, action=action), ())[0]
            for question, its in ours
            if action in its
        ]
        rules = [one.rule for one in verdicts if isinstance(one, Permitted)]
        if rules and len(rules) == len(verdicts):
            found.append(Held(action, rules[0]))
    return tuple(found)
