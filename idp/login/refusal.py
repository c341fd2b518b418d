"""Why a step of a sign-in was refused: one closed list, the same in page, log and test."""

from enum import StrEnum


class Refusal(StrEnum):
    """Named reasons. What a page may tell is decided by `TOLD`, so that it names no account."""

    LOGIN_EMPTY = "login_empty"
    LOGIN_UNUSABLE = "login_unusable"
    """Too long, or with characters that no login name has."""
    PASSWORD_EMPTY = "password_empty"
    PASSWORD_UNUSABLE = "password_unusable"
    WRONG_CREDENTIALS = "wrong_credentials"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_LOCKED = "account_locked"
    ACCOUNT_EXPIRED = "account_expired"
    PASSWORD_MUST_CHANGE = "must_change_password"
    PASSWORD_EXPIRED = "password_expired"
    ROLES_MIXED = "roles_mixed"
    """The account has an administrator's role and another one."""
    DIRECTORY_UNREACHABLE = "directory_unreachable"
    TOO_MANY_FOR_ACCOUNT = "too_many_attempts_account"
    TOO_MANY_FROM_ADDRESS = "too_many_attempts_address"
    TOO_MANY_FROM_NETWORK = "too_many_attempts_network"
    TOO_MANY_FOR_DIRECTORY = "too_many_attempts_directory"
    """One more wrong password would bring the account near the directory's own lock-out."""
    CODE_UNUSABLE = "code_unusable"
    CODE_WRONG = "code_wrong"
    CODE_REPLAYED = "code_replayed"
    FACTOR_MISSING = "factor_missing"
    ALREADY_ENROLLED = "already_enrolled"
    FLOW_UNKNOWN = "flow_unknown"
    """Expired, finished, never begun, or begun in another browser."""
    OUT_OF_TURN = "out_of_turn"


class Told(StrEnum):
    """What the person in front of the page is told."""

    LOGIN_EMPTY = "login_empty"
    PASSWORD_EMPTY = "password_empty"
    NOT_RECOGNISED = "not_recognised"
    PASSWORD_MUST_CHANGE = "must_change_password"
    ROLES_MIXED = "roles_mixed"
    DIRECTORY_UNREACHABLE = "directory_unreachable"
    WAIT = "wait"
    CODE_UNUSABLE = "code_unusable"
    CODE_WRONG = "code_wrong"
    START_AGAIN = "start_again"


TOLD: dict[Refusal, Told] = {
    Refusal.LOGIN_EMPTY: Told.LOGIN_EMPTY,
    Refusal.LOGIN_UNUSABLE: Told.NOT_RECOGNISED,
    Refusal.PASSWORD_EMPTY: Told.PASSWORD_EMPTY,
    Refusal.PASSWORD_UNUSABLE: Told.NOT_RECOGNISED,
    Refusal.WRONG_CREDENTIALS: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_DISABLED: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_LOCKED: Told.NOT_RECOGNISED,
    Refusal.ACCOUNT_EXPIRED: Told.NOT_RECOGNISED,
    Refusal.PASSWORD_MUST_CHANGE: Told.PASSWORD_MUST_CHANGE,  # told only to who knew the password
    Refusal.PASSWORD_EXPIRED: Told.PASSWORD_MUST_CHANGE,
    Refusal.ROLES_MIXED: Told.ROLES_MIXED,  # the same
    Refusal.DIRECTORY_UNREACHABLE: Told.DIRECTORY_UNREACHABLE,
    Refusal.TOO_MANY_FOR_ACCOUNT: Told.WAIT,
    Refusal.TOO_MANY_FROM_ADDRESS: Told.WAIT,
    Refusal.TOO_MANY_FROM_NETWORK: Told.WAIT,
    Refusal.TOO_MANY_FOR_DIRECTORY: Told.WAIT,
    Refusal.CODE_UNUSABLE: Told.CODE_UNUSABLE,
    Refusal.CODE_WRONG: Told.CODE_WRONG,
    Refusal.CODE_REPLAYED: Told.CODE_WRONG,
    Refusal.FACTOR_MISSING: Told.START_AGAIN,
    Refusal.ALREADY_ENROLLED: Told.START_AGAIN,
    Refusal.FLOW_UNKNOWN: Told.START_AGAIN,
    Refusal.OUT_OF_TURN: Told.START_AGAIN,
}
"""Every refusal has its public face; refusals that would tell accounts apart share one."""
