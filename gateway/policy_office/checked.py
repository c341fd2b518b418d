"""What the checks of policies found."""

from dataclasses import dataclass
from typing import Protocol

from gateway.policy_office.refusal import Refusal
from gateway.policy_office.scope import Scope
from policies.evaluate import PolicyBook
from policies.model import Text
from policies.texts import Texts


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
