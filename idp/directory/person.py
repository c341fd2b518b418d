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


@dataclass(frozen=True, slots=True, order=True)
class RoleHeld:
    """One role of a person in one municipality."""

    municipality: MunicipalityCode
    role: Role


@dataclass(frozen=True, slots=True, order=True)
class StandIn:
    """A role that somebody has as a deputy."""

    held: RoleHeld
    in_place_of: str
    """Login of whose role it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as last read. `subject` outlives renames and moves; everything else may change."""

    subject: SubjectId
    login: str
    name: str
    mail: str
    state: AccountState
    roles: tuple[RoleHeld, ...]
    """Sorted, without repetition; those held as a deputy too."""
    standing_in: tuple[StandIn, ...] = ()
    """Which of the roles are held as a deputy, and whose they are; sorted."""
