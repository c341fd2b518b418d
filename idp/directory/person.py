"""What the office directory says of one person, in our own words."""

from dataclasses import dataclass
from enum import StrEnum

from config.vocabulary import MunicipalityCode, Role, SubjectId


class AccountState(StrEnum):
    """Whether the directory lets this person work."""

    ACTIVE = "active"
    DISABLED = "disabled"
    LOCKED = "locked"
    EXPIRED = "expired"
    MUST_CHANGE_PASSWORD = "must_change_password"
    PASSWORD_EXPIRED = "password_expired"
    ROLES_MIXED = "roles_mixed"
    """Not the directory's word but ours (`separation.py`): an administrator's role beside another one."""


@dataclass(frozen=True, slots=True, order=True)
class RoleHeld:
    """One role of a person in one municipality."""

    municipality: MunicipalityCode
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as last read. `subject` outlives renames and moves; everything else may change."""

    subject: SubjectId
    login: str
    name: str
    mail: str
    state: AccountState
    roles: tuple[RoleHeld, ...]
    """Sorted, without repetition."""
