"""What the fuzz has seen itself, which is all that its invariant believes; nothing here comes from the machine."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from config.settings import SignIn
from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp.directory.lockout import Lockout
from idp.login.handle import HandleHash
from idp.login.purses import Kind
from tests.rig.people import JANA, JANA_ID, PETR, PETR_ID
from tests.rig.soft_key import SoftKey

LIMITS = SignIn()
LOCKOUT = Lockout(7, timedelta(minutes=10))
PASSWORD, TWO, RESISTANT = AuthenticationLevel
WEAKEST_FIRST = list(AuthenticationLevel)
PEOPLE = {"novakova.jana": JANA, "jana": JANA, "svoboda.petr": PETR}
BY_ID = {JANA_ID: JANA, PETR_ID: PETR}
BROWSERS = [HandleHash(bytes([number]) * 32) for number in range(3)]


@dataclass(frozen=True)
class New:
    """What a factor counts for at first that was added by a weaker one."""

    level: AuthenticationLevel
    until: datetime


@dataclass
class Key:
    """A key somebody holds."""

    soft: SoftKey
    new: New | None = None

    def new_at(self, now):
        return self.new if self.new is not None and now < self.new.until else None


@dataclass
class Shown:
    """One sign-in: where it was begun, what it demands, and what was shown in it up to now."""

    browser: HandleHash
    demanded: AuthenticationLevel | None
    raises: SessionId | None = None
    subject: SubjectId | None = None
    proofs: set[str] = field(default_factory=set)
    since: datetime | None = None
    """When the password was shown, where a session is raised."""
    new: New | None = None
    """The key that was shown is new."""
    until: datetime | None = None
    """When the exception ends that was used."""
    must_change: bool = False
    identity: str | None = None
    """Shown at another provider, and linked with nobody then."""
    put_out: bool = False
    """An officer, the directory or a new password ended it after something had been shown."""

    def begins_anew(self):
        """Back at the password: what was shown before counts no more."""
        self.subject, self.proofs, self.must_change, self.new, self.until = None, set(), False, None, None


@dataclass(frozen=True)
class Session:
    """One that was opened."""

    subject: SubjectId
    level: AuthenticationLevel
    new: New | None


class Purse(NamedTuple):
    """From what guesses of one account are paid."""

    subject: SubjectId
    kind: Kind
    of: HandleHash | str
    """A known browser, or one of these two."""


STRANGERS, TOGETHER = "strangers", "all known browsers"
