"""What the checks of policies found."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from config.problem import Problem, by_cause
from config.vocabulary import Language
from gateway.policy_office.refusal import Refusal
from gateway.policy_office.scope import Scope
from policies.evaluate import PolicyBook
from policies.model import Text
from policies.texts import Texts
from policies.trial import Tried

PLACE = re.compile(r"(\S+?)(?::(\d+))?(?::(\d+))?: ")


def by_place(problems: Iterable[Text]) -> tuple[Text, ...]:
    """In the order of files and lines, whichever check found them; what two of them found is told once."""
    once = {one[Language.ENGLISH]: one for one in problems}
    return tuple(sorted(once.values(), key=_place))


def _place(problem: Text) -> tuple[str, int, int]:
    found = PLACE.match(problem[Language.ENGLISH])
    return (found[1], int(found[2] or 0), int(found[3] or 0)) if found else ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Member:
    called: Text
    problem: Text
    tried: Tried


@dataclass(frozen=True, slots=True)
class Group:
    """What has one cause."""

    cause: Text
    remedy: Text
    members: tuple[Member, ...]


def objections(problems: Sequence[Problem], refusal: Refusal = Refusal.CHECKS_FAILED) -> "Checked":
    groups = tuple(_group(those) for those in by_cause(problems) if len(those) > 1 or those[0].shared)
    return Checked(tuple(one.in_languages() for one in problems), refusal=refusal, groups=groups)


def _group(those: Sequence[Problem]) -> Group:
    members = []
    for one in those:
        assert one.shared is not None
        assert isinstance(one.shared.about, Tried)
        members.append(Member(_both(one.shared.called), one.in_languages(), one.shared.about))
    first = those[0]
    assert first.shared is not None
    remedy = (first.remedy, first.czech[1] if first.czech else first.remedy)
    return Group(_both(first.shared.cause), _both(remedy), tuple(members))


def _both(said: tuple[str, str]) -> Text:
    return {Language.ENGLISH: said[0], Language.CZECH: said[1]}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of all texts together: problems, each with its place and remedy, or the book of them."""

    problems: tuple[Text, ...] = ()
    book: PolicyBook | None = None
    refusal: Refusal = Refusal.CHECKS_FAILED
    """Why what has problems is not done."""
    groups: tuple[Group, ...] = ()
    """Of the problems, those that have their cause in common with others, or might."""
    untried: tuple[Text, ...] = ()
    """What must never be, and could not be tried for some policy: it stops nothing, and whoever approves judges it."""
    narrowed: tuple[Text, ...] = ()
    """When nobody could approve or roll back, though somebody can today: it stops nothing either."""
    beside: int = 0
    """Number of the version in force beside which it was tried; 0: of none."""

    @property
    def apart(self) -> tuple[Text, ...]:
        """The problems that are in no group."""
        grouped = {one.problem[Language.ENGLISH] for group in self.groups for one in group.members}
        return tuple(one for one in self.problems if one[Language.ENGLISH] not in grouped)


class Checks(Protocol):
    def __call__(self, texts: Texts, scope: Scope, *, known: bool) -> Checked:
        """Of all texts, as they would be in force, with those of the scope changed. Takes a moment; called in a thread.

        `known`: what they decide in the scope was in force before, so that it is not tried by cases anew.
        """
        ...
