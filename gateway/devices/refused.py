"""Why an act of a person on a device was not done."""

from enum import StrEnum


class Why(StrEnum):
    """Named reasons; values are what the log says."""

    UNKNOWN = "device_not_known"
    NOT_WAITING = "device_not_waiting"
    NOT_IN_USE = "device_not_in_use"
    """Neither in use nor waiting, so that nothing can be blocked."""
    NOT_BLOCKED = "device_not_blocked"
    GONE = "device_gone"
    MANAGED = "device_managed_already"
    ASSET = "device_without_serial_number"
    NAME = "device_name_not_good"
    WHY = "device_act_without_reason"
    NOT_OWN = "device_of_another_person"
    OWN = "device_own"
    """Nobody lets their own device do more, by whatever account of theirs."""
    SAME_OWNER = "device_owner_same"
    OWNER_UNKNOWN = "device_owner_not_known"
    """Nobody of that name has a role in the municipality whose device it is."""
    NOT_ALLOWED = "device_enrolment_by_people_off"
    LIFETIME = "device_code_lifetime_not_good"
    MOST_CODES = "device_too_many_codes"
    MOST_DEVICES = "device_too_many_of_one_person"
    TWO_FACTORS = "device_needs_two_factors"
    """A password alone adds no device."""
    NOT_CONFIRMED = "sign_in_too_old"
    """The person's factors were not shown just now."""


class ActRefused(Exception):
    def __init__(self, reason: Why) -> None:
        super().__init__(reason.value)
        self.reason = reason
