"""Why something that is asked for, or done about it, comes to nothing: the same word in page, log and test."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from config.vocabulary import Action, Language
from gateway.asks.separation import REASON

Text = dict[Language, str]


class Why(StrEnum):
    OWN = "own_request"
    """Whoever asks, or would gain by it, does not decide."""
    SAME_PERSON = "same_person"
    """By another account: to whom it belongs the directory tells."""
    DUTIES = REASON
    OVER = "request_over"
    """Decided, withdrawn or past its end: there is nothing to do about it any more."""
    UNKNOWN = "request_unknown"
    """There is none, or it is none of the person's business."""
    APPROVED_BEFORE = "approved_before"
    NOT_SPONSOR = "not_the_sponsor"
    UNEXPLAINED = "request_without_reason"
    SHORT = "request_reason_short"
    THREE_WORDS = "emergency_without_reason"
    SUPPLIERS_EMERGENCY = "emergency_of_a_supplier"
    """What suppliers do rests on an order, whose sponsor watches."""
    WINDOW = "request_window_wrong"
    TOO_LONG = "request_too_long"
    TOO_EARLY = "request_too_far_ahead"
    APPLICATION = "request_application_unknown"
    ACTIONS = "request_action_unknown"
    NO_ACTION = "request_without_action"
    TOO_MANY = "too_many_requests_open"
    PERSON_UNKNOWN = "person_not_found"
    SEVERAL_MEANT = "several_people_meant"
    ONE_MEANT = "person_to_confirm"
    """Of whom no more than a surname was written."""
    NOT_A_SUPPLIER = "not_a_supplier"
    SPONSOR_UNFIT = "sponsor_unfit"
    ONESELF = "delegation_to_oneself"
    ROLE_NOT_HELD = "role_not_held"
    DEPUTY_UNFIT = "deputy_unfit"
    ROLES_MEET = "deputy_separation_of_duties"
    REVIEWED_LATE = "reviewed_late"
    REVIEWED_FIRST = "review_outstanding"
    """In time still, but as many wait for it as may."""
    RUNS_ALREADY = "emergency_runs_already"
    STILL_RUNS = "emergency_still_runs"
    CODES = "agenda_unreadable"
    OPENS_NOTHING = "request_opens_nothing"
    """However it is decided, the policies refuse it."""
    NOBODY_DECIDES = "nobody_to_decide"
    """Fewer people than are needed could approve it."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A refusal by the policies, in their own words."""

    reason: str
    title: Text
    advice: Text
    rule: str = ""
    policy_version: str = ""
    emergency_helps: bool = False
    """Emergency access may lift what refuses."""


class AskRefused(Exception):
    """`actions`: those that are not there or stay closed, where it is about them; `spoken`: what keeps them closed;
    `most`: how long at most, where it is about that; `account`: login of the person's other account that acted.
    """

    def __init__(
        self,
        reason: Why,
        actions: frozenset[Action] = frozenset(),
        spoken: Spoken | None = None,
        most: timedelta | None = None,
        account: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = account
        self.actions = actions
        self.spoken = spoken
        self.most = most


class PoliciesRefuse(Exception):
    def __init__(self, spoken: Spoken) -> None:
        super().__init__(spoken.reason)
        self.spoken = spoken
