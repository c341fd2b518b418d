"""What a step of the sign-in machine asks to be done."""

from dataclasses import dataclass, field
from datetime import datetime

from config.vocabulary import AuthenticationLevel, SubjectId
from idp.directory.person import Person
from idp.events import Event
from idp.login.refusal import Refusal
from idp.login.throttle import Taken
from idp.login.totp import Enrolled


@dataclass(frozen=True, slots=True)
class AskDirectory:
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The guess was right, or could not be evaluated."""

    taken: Taken


@dataclass(frozen=True, slots=True)
class KeepFactor:
    subject: SubjectId
    factor: Enrolled


@dataclass(frozen=True, slots=True)
class OpenSession:
    person: Person
    level: AuthenticationLevel
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tell:
    reason: Refusal
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    event: Event


Effect = AskDirectory | GiveBack | KeepFactor | OpenSession | Tell | Record
