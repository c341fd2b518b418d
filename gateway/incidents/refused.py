"""Why an act about an incident or a suspension comes to nothing: the same word in page, log and test."""

from enum import StrEnum


class Why(StrEnum):
    FOR_ONESELF = "not_for_oneself"
    SAME_PERSON = "same_person"
    """Nor for another account of theirs."""
    NOT_CONFIRMED = "sign_in_too_old"
    """What opens an account again needs factors that were shown just now."""
    NOT_A_PERSON = "suspension_of_no_person"
    """Programs and the account of last resort are shut otherwise."""
    OWN_DEVICE = "suspension_of_own_device"
    """With it the officer would lose the very session in which it could be lifted."""
    DEVICE_UNKNOWN = "device_not_seen"
    """Nobody has a session in it, and no entry names it."""
    SUSPENDED_ALREADY = "suspended_already"
    NOT_SUSPENDED = "suspension_over"
    UNEXPLAINED = "suspension_without_reason"
    END_UNUSABLE = "suspension_end_unusable"
    """It is not in the time to come."""
    INCIDENT_UNKNOWN = "security_incident_unknown"
    INCIDENT_CLOSED = "security_incident_closed"
    INCIDENT_ALTERED = "security_incident_altered"
    """Its row in the database cannot be read."""
    TEXT_UNUSABLE = "incident_text_unusable"
    """A text is missing, too long, or cannot be shown."""
    TIMES_UNUSABLE = "incident_times_unusable"
    """Noticed in the time to come, or begun after it was noticed."""
    TARGET_UNKNOWN = "security_incident_target_unknown"
    """A municipality, application or closure that there is not."""
    HOLD_OVER = "incident_hold_over"
    """The incident has no such hold, or it was lifted."""
    ENTRY_UNKNOWN = "evidence_not_in_log"
    EVIDENCE_THERE = "evidence_there_already"
    TOO_MUCH = "incident_full"
    CONDITIONS_UNREADABLE = "evidence_search_unreadable"
    REPORT_MISSING = "incident_report_missing"
    """There is no version of the report that could have been sent."""
    PURPOSE_MISSING = "purpose_missing"


class ActRefused(Exception):
    def __init__(self, reason: Why) -> None:
        super().__init__(reason)
        self.reason = reason
