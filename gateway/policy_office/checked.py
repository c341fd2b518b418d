"""What the checks of policies found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from config.vocabulary import Language
from gateway.policy_office.refusal import Refusal
from gateway.policy_office.scope import Scope
from policies.evaluate import PolicyBook
from policies.model import Text
from policies.texts import Texts

PLACE = re.compile(r"(\S+?)(?::(\d+))?(?::(\d+))?: ")


def by_place(problems: Iterable[Text]) -> tuple[Text, ...]:
    """In the order of files and lines, whichever check found them."""
    return tuple(sorted(problems, key=_place))


def _place(problem: Text) -> tuple[str, int, int]:
    found = PLACE.match(problem[Language.ENGLISH])
    return (found[1], int(found[2] or 0), int(found[3] or 0)) if found else ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks say of all texts together: problems, each with its place and remedy, or the book of them."""

    problems: tuple[Text, ...] = ()
    book: PolicyBook | None = None
    refusal: Refusal = Refusal.CHECKS_FAILED
    """Why what has problems is not done."""
    untried: tuple[Text, ...] = ()
    """What must never be, and could not be tried for some policy: it stops nothing, and whoever approves judges it."""


class Checks(Protocol):
    def __call__(self, texts: Texts, scope: Scope, *, known: bool) -> Checked:
        """Of all texts, as they would be in force, with those of the scope changed. Takes a moment; called in a thread.

        `known`: what they decide in the scope was in force before, so that it is not tried by cases anew.
        """
        ...
