"""Circumstances that somebody says on top of what is known of a person, to see what would come of them. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from config.vocabulary import Role
from policies.model import Question
from policies.steps import facts_with
from policies.steps_of_others import in_emergency, with_delegation, with_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    purpose: str = ""
    order: bool = False
    """An approved one for the application, with its sponsor there."""
    emergency: bool = False
    """Asked for just now, for the application."""
    stands_in_for: frozenset[Role] = frozenset()
    """Roles that somebody else has delegated."""
    idle: timedelta | None = None
    own: bool = False
    """What is decided about is the person's own."""


NOTHING_SAID = Said()


def with_said(question: Question, said: Said) -> Question:
    """What is said counts before what is known; what is not said leaves that as it is."""
    if said.order:
        question = with_order(question)
    if said.emergency:
        question = in_emergency(question)
    if said.stands_in_for:
        question = with_delegation(question, said.stands_in_for)
    if said.purpose:
        question = facts_with(question, purpose=said.purpose)
    if said.idle is not None:
        question = facts_with(question, idle=said.idle)
    return facts_with(question, author=question.subject) if said.own else question
