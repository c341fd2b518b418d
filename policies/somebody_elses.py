"""Whose matter it is that somebody decides: another person's, as long as nobody says that it is their own. Pure."""

from dataclasses import replace

from config.vocabulary import Action, ApplicationId
from policies.explain import SOMEBODY_ELSE
from policies.model import Facts

DECIDED_OF_OTHERS = frozenset(
    {
        (ApplicationId("requests"), Action.SIGN),
        (ApplicationId("requests"), Action.ADMINISTER),
        (ApplicationId("policies"), Action.SIGN),
    }
)
"""Where the product tells the policies whose request or proposal it is; elsewhere nobody's matter is known."""


def of_somebody_else(facts: Facts, application: ApplicationId, action: Action) -> Facts:
    """The first who decides about it."""
    if (application, action) not in DECIDED_OF_OTHERS or facts.author is not None:
        return facts
    return replace(facts, author=SOMEBODY_ELSE, approved_by=frozenset())
