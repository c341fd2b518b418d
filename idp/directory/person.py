"""What the office directory says of one person, in our own words."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.vocabulary import MunicipalityCode, Role, SubjectId
from idp.directory.work import NOTHING_KNOWN, Work


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
    SUSPENDED = "account_suspended"
    """Not the directory's word but an officer's: nobody works with the account until that is lifted."""

    @property
    def ends_sessions(self) -> bool:
        """Strangers can lock an account by guessing; that must not throw out the one who is at work."""
        return self not in {AccountState.ACTIVE, AccountState.LOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What an entry says of its account, from which its state follows at any time."""

    disabled: bool = False
    """By an administrator, until an administrator says otherwise."""
    starts_at: datetime | None = None
    expires_at: datetime | None = None
    locked: bool = False
    """After wrong guesses; the directory opens it again by itself or when somebody does."""
    password_expires_at: datetime | None = None
    must_change: bool = False

    def state(self, now: datetime) -> AccountState:
        """The gravest of it."""
        too_early = self.starts_at is not None and now < self.starts_at
        too_late = self.expires_at is not None and now >= self.expires_at
        password_over = self.password_expires_at is not None and now >= self.password_expires_at
        holds = (
            (self.disabled, AccountState.DISABLED),
            (too_early or too_late, AccountState.EXPIRED),
            (self.must_change, AccountState.MUST_CHANGE_PASSWORD),
            (password_over, AccountState.PASSWORD_EXPIRED),
            (self.locked, AccountState.LOCKED),  # last: it hides nothing that ends sessions
        )
        return next((state for held, state in holds if held), AccountState.ACTIVE)

    def changes_at(self, now: datetime) -> datetime | None:
        """The next moment at which time alone changes the state."""
        moments = (self.starts_at, self.expires_at, self.password_expires_at)
        return min((at for at in moments if at is not None and at > now), default=None)


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

    def __str__(self) -> str:
        """For the log: `588491:mayor:dvorak.petr`."""
        return f"{self.held.municipality}:{self.held.role}:{self.in_place_of}"


@dataclass(frozen=True, slots=True, order=True)
class Pushed:
    """A role that a personnel system gives, and the directory does not."""

    held: RoleHeld
    by: str
    """Id of the technical account that pushed it."""

    def __str__(self) -> str:
        """For the log: `588491:clerk:payroll`."""
        return f"{self.held.municipality}:{self.held.role}:{self.by}"


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
    pushed: tuple[Pushed, ...] = ()
    """Which of the roles a personnel system gives, and which one; sorted."""
    work: Work = NOTHING_KNOWN
    changes_at: datetime | None = field(default=None, compare=False)
    """The next moment at which time alone changes any of this, where that was worked out."""
