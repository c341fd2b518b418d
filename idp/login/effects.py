"""What a step of the sign-in machine asks to be done."""

from dataclasses import dataclass, field
from datetime import datetime

from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp.directory.person import Person
from idp.events import Event
from idp.login.authenticator import Authenticator
from idp.login.refusal import Refusal
from idp.login.spoken_code import SpokenCode
from idp.login.throttle import Taken
from idp.login.upstream import Gone, Proven, Via


@dataclass(frozen=True, slots=True)
class AskDirectory:
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Nobody binds with a passkey: the directory is asked what the account is now."""

    subject: SubjectId


@dataclass(frozen=True, slots=True)
class AskUpstream:
    """What somebody who came back from another provider has proven there."""

    gone: Gone


@dataclass(frozen=True, slots=True)
class ChangePassword:
    subject: SubjectId
    old: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """The guess was right, or could not be evaluated."""

    taken: Taken


@dataclass(frozen=True, slots=True)
class KeepAuthenticator:
    authenticator: Authenticator


@dataclass(frozen=True, slots=True)
class SpendRecoveryCode:
    subject: SubjectId
    code: SpokenCode = field(repr=False)


@dataclass(frozen=True, slots=True)
class SpendEnrolmentCode:
    code: SpokenCode = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenewRecoveryCodes:
    """In place of all the person had; to be shown once."""

    subject: SubjectId
    codes: tuple[SpokenCode, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenSession:
    person: Person
    level: AuthenticationLevel
    methods: tuple[str, ...]
    read_at: datetime
    """When the directory was asked for `person`."""
    lifting: SessionId | None = None
    """The session of this browser that goes on at the new level."""
    since: datetime | None = None
    """When the oldest of the factors was shown, where that was not in this sign-in."""
    until: datetime | None = None
    """When the exception ends that it rests on."""
    counts_from: datetime | None = None
    """When the authenticator that was shown counts in full, where it is new."""
    via: Via | None = None
    """The other provider that stood in for the password."""
    linking: Proven | None = None
    """What is linked with the person from now on."""


@dataclass(frozen=True, slots=True)
class Tell:
    reason: Refusal
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    event: Event


Ask = AskDirectory | AskPerson | AskUpstream | ChangePassword
"""What only the directory, or another provider, can do; outside any transaction."""

Effect = (
    Ask
    | GiveBack
    | KeepAuthenticator
    | SpendRecoveryCode
    | SpendEnrolmentCode
    | RenewRecoveryCodes
    | OpenSession
    | Tell
    | Record
)
