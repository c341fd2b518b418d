"""Whose request the policies are told it is, where somebody decides about it or ends it."""

from dataclasses import dataclass

from config.vocabulary import Action, SubjectId
from gateway.asks.ask import Ask, Kind


@dataclass(frozen=True, slots=True)
class Author:
    """Whose request it is about, and who has approved it already."""

    whose: SubjectId
    approved_by: frozenset[SubjectId] | None = None


def author_of(ask: Ask) -> Author:
    return Author(ask.asker.subject, frozenset(one.by.subject for one in ask.approvals))


def needed_to_end(ask: Ask, who: SubjectId) -> tuple[Action, Author] | None:
    """What the policies are asked of whoever ends it; None: it is theirs to end."""
    if who in ask.parties() | {one.by.subject for one in ask.approvals}:
        return None
    if ask.kind is Kind.EMERGENCY:
        return Action.ADMINISTER, Author(ask.holder.subject)
    return Action.SIGN, author_of(ask)
