"""What no part of the product tells yet of any question: a permit that needs it opens nothing until one does. Pure."""

from collections.abc import Mapping
from typing import Any

from policies.beaten import assumed
from policies.model import Text
from policies.reasons import CS, EN

NOT_SUPPLIED: tuple[tuple[Mapping[str, Any], Text], ...] = (
    (
        {"has": {"left": {"Var": "resource"}, "attr": "department"}},
        {
            CS: "Brána zatím neví, kterému odboru co patří",
            EN: "Brána does not know yet to which department anything belongs",
        },
    ),
)
"""In Cedar's JSON, with what is said of it."""


def waits_for(permit: Mapping[str, Any]) -> Text | None:
    """What would have to be known wherever this permit applies, and is known nowhere."""
    needed = [node for node, answer in assumed(permit) if answer]
    return next((said for asked, said in NOT_SUPPLIED if asked in needed), None)
