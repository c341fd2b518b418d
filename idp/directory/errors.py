"""How talking to the office directory can fail, and how it can say no. The two are never mixed up.

An error means that nobody knows; it never lets anybody in and never takes anything away.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.vocabulary import SubjectId
from idp.directory.person import AccountState


class DirectoryUnusable(Exception):
    """The directory gave no answer that may be relied on: one of those below."""


class DirectoryUnreachable(DirectoryUnusable):
    """No server of the directory answers; last known facts may serve for a while."""

    def __init__(self, url: str, hint: str) -> None:
        super().__init__(f"directory {url} cannot be reached: {hint}")
        self.url = url
        self.hint = hint


class DirectoryMisconfigured(DirectoryUnusable):
    """A server answers, but not as the settings say; somebody must mend them or the directory."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"directory: {what}: {hint}")
        self.what = what
        self.hint = hint


class NotReadYet(DirectoryUnusable):
    """All of it has to be read, and the last time is too short ago: nobody asked, and nothing is known anew."""

    def __init__(self, directory: str, at: datetime) -> None:
        super().__init__(
            f"directory {directory} was not read; all of it is read next at {at.isoformat(timespec='seconds')}"
        )
        self.directory = directory
        self.at = at


def nobody_below(base: str) -> DirectoryMisconfigured:
    """Without its rights the service account sees an empty directory: that must not read as "all left"."""
    return DirectoryMisconfigured(
        f"nobody below {base}",
        "give the service account read access, or correct people_base and people_filter",
    )


class EntryUnusable(Exception):
    """One entry says too little, too much or nonsense; it is refused, never guessed about."""

    def __init__(self, dn: str, what: str) -> None:
        super().__init__(f"directory entry {dn!r}: {what}; correct the entry in the directory")
        self.dn = dn
        self.what = what


class FactUnreadable(EntryUnusable):
    """Something of the entry alone: the person is known, that fact is not."""


class RefusalReason(StrEnum):
    """Why a login name and password were refused. For the log; the person is told the same in every case."""

    EMPTY_LOGIN = "login_empty"
    EMPTY_PASSWORD = "password_empty"
    UNFIT_INPUT = "unfit_input"
    """Control characters, or longer than any name or password can be."""
    UNKNOWN_PERSON = "unknown_person"
    AMBIGUOUS_PERSON = "ambiguous_person"
    UNDECIDED_PERSON = "undecided_person"
    """A directory that may know the login did not answer, and nothing else says whose it is."""
    WRONG_PASSWORD = "wrong_password"
    NOT_TRIED = "not_tried"
    """Nobody may try this account's password now; the directory was not asked."""
    ENTRY_UNUSABLE = "entry_unusable"
    DISABLED = "account_disabled"
    LOCKED = "account_locked"
    EXPIRED = "account_expired"
    NOT_NOW = "account_not_now"
    """Outside the hours, or not from the machines, that the directory allows."""
    MUST_CHANGE_PASSWORD = "must_change_password"
    PASSWORD_EXPIRED = "password_expired"
    ROLES_MIXED = "roles_mixed"
    SUSPENDED = "account_suspended"


REASON_OF_STATE: dict[AccountState, RefusalReason] = {
    AccountState.DISABLED: RefusalReason.DISABLED,
    AccountState.LOCKED: RefusalReason.LOCKED,
    AccountState.EXPIRED: RefusalReason.EXPIRED,
    AccountState.MUST_CHANGE_PASSWORD: RefusalReason.MUST_CHANGE_PASSWORD,
    AccountState.PASSWORD_EXPIRED: RefusalReason.PASSWORD_EXPIRED,
    AccountState.ROLES_MIXED: RefusalReason.ROLES_MIXED,
    AccountState.SUSPENDED: RefusalReason.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class BindRefused:
    """The directory's no. `subject` is there when the name was somebody's."""

    reason: RefusalReason
    subject: SubjectId | None = None
