"""Why an act on the policies is not done: named reasons, the same on a page, in the log and in tests."""

from dataclasses import dataclass
from enum import StrEnum

from config.vocabulary import Language
from policies.model import Text


class Refusal(StrEnum):
    UNKNOWN = "proposal_unknown"
    """There is none of that name, or it is none of this person's municipality: which of the two is not told."""
    VERSION_UNKNOWN = "policy_version_unknown"
    NOT_YOURS = "not_your_municipality"
    NOT_CENTRE = "not_for_the_centre"
    """What concerns every municipality, of somebody who acts for another than the office of the centre."""
    OWN = "own_proposal"
    SAME_PERSON = "same_person"
    """By another account: to whom it belongs the directory tells."""
    NOT_NOW = "proposal_in_another_state"
    CHANGED_MEANWHILE = "policies_changed_meanwhile"
    CHANGED_BY_BOTH = "policies_changed_by_both"
    """By the proposal and by what came into force meanwhile, each otherwise: somebody has to choose."""
    EDITED_MEANWHILE = "proposal_edited_meanwhile"
    """By somebody else, or in another window, since this page was shown."""
    CHECKS_FAILED = "checks_failed"
    LEFT_WITHOUT = "municipality_left_without_policies"
    """Everything there would be closed, and nobody of it could bring anything back."""
    STALE = "approval_stale"
    """Other texts than those the approver has read."""
    NOTHING_NEW = "policies_nothing_new"
    NOT_OF_SCOPE = "policies_of_others"
    """A text by the name of another scope's, or by no name of policies."""
    TOO_LARGE = "policies_too_large"
    TAKES_LONG = "policies_take_long"
    """Reading them, which goes on meanwhile."""
    TOO_MANY = "too_many_proposals"
    APPROVER_GONE = "approver_not_entitled"
    """By the time it was to come into force."""
    TIME_PAST = "activation_time_past"
    TIME_FAR = "activation_time_far"
    DAMAGED = "policies_damaged"
    """What is kept of it is not what was kept."""
    UNEXPLAINED = "policies_without_reason"
    INCIDENT_UNKNOWN = "incident_unknown"
    INCIDENT_UNUSABLE = "incident_unusable"
    """Its target or its reason has not the form of one."""
    INCIDENT_TARGET = "incident_target_unknown"
    INCIDENT_CLOSED = "incident_closed_already"
    INCIDENT_OVER = "incident_opened_already"


@dataclass(frozen=True, slots=True)
class Change:
    """What came into force in the scope since a proposal was begun."""

    version: int
    """The number in force now."""
    names: tuple[str, ...]


class ActRefused(Exception):
    """`problems`: of failed checks, each with its place and remedy; `finding`: what the log and commands tell besides;
    `change`: what changed meanwhile; `account`: login of the person's other account that had a hand in it.
    """

    def __init__(
        self,
        reason: Refusal,
        *,
        problems: tuple[Text, ...] = (),
        finding: str = "",
        change: Change | None = None,
        account: str = "",
    ) -> None:
        self.reason, self.problems, self.change, self.account = reason, problems, change, account
        self.in_english = in_english(problems) + ((finding,) if finding else ())
        """As the log and commands tell it."""
        super().__init__("\n".join((reason.value.replace("_", " "), *self.in_english)))

    def details(self) -> dict[str, str]:
        """For the log."""
        return {
            "finding": "; ".join(self.in_english),
            "account": self.account,
            "since": "" if self.change is None else f"{self.change.version}: {', '.join(self.change.names)}",
        }


def in_english(problems: tuple[Text, ...]) -> tuple[str, ...]:
    return tuple(one[Language.ENGLISH] for one in problems)
