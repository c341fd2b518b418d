"""Why an act about a client was not done."""

from enum import StrEnum


class Why(StrEnum):
    """Named reasons; values are what the log says."""

    UNKNOWN = "client_not_kept"
    """None of that name, or of another municipality."""
    ID = "client_id_unusable"
    ID_TAKEN = "client_id_taken"
    DESCRIPTION = "client_description_unusable"
    """The configuration would refuse it too."""
    CHANGED_MEANWHILE = "client_changed_meanwhile"
    SUSPENDED = "client_suspended_already"
    NOT_SUSPENDED = "client_not_suspended"
    NO_SECRETS = "client_without_secrets"
    """It proves itself in another way."""
    OVERLAP = "client_overlap_unusable"
    MOST_SECRETS = "client_most_secrets"
    SECRET_OVER = "client_secret_over"
    NOT_CONFIRMED = "sign_in_too_old"


class ActRefused(Exception):
    def __init__(self, reason: Why, faults: tuple[tuple[str, str, str], ...] = ()) -> None:
        """`faults`: field, what is wrong with it, what to do."""
        super().__init__(reason.value)
        self.reason, self.faults = reason, faults
