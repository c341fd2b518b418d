"""Where a sign-in can stand."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp.directory.person import Person
from idp.login import totp
from idp.login.authenticator import AuthenticatorId, Newly, Proof
from idp.login.level import PASSWORD
from idp.login.refusal import Refusal
from idp.login.throttle import Taken
from idp.login.upstream import Gone, Official, Proven, Via


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a sign-in has come to once it is known who it is."""

    person: Person
    read_at: datetime
    """When the directory was asked for `person`: no later than what it said."""
    level: AuthenticationLevel = AuthenticationLevel.PASSWORD
    methods: tuple[str, ...] = PASSWORD
    """RFC 8176 names of what was shown."""
    demanded: AuthenticationLevel | None = None
    """By the relying party; None: what the person's factors make of it."""
    must_change: Refusal | None = None
    """Why the password, which was right, must be changed before anything opens."""
    lifting: SessionId | None = None
    """The session of this browser that is being raised to a higher level; its password was not asked for again."""
    since: datetime | None = None
    """When that session's password was shown."""
    until: datetime | None = None
    """When the exception ends that stands for the second factor: no session of it lasts longer."""
    counts_from: datetime | None = None
    """When the authenticator that was shown counts in full, where it is new."""
    via: Via | None = None
    """The other provider that stood in for the password."""
    official: Official | None = None
    """For which office the person acts, by that provider's word."""
    linking: Proven | None = None
    """Shown at another provider before the password: linked with the person once all is shown here."""

    def fits(self, person: Person) -> bool:
        """Whether somebody, as they are now, may be who another provider means."""
        of_office = self.official is None or self.official.fits(person)
        return of_office and (self.linking is None or self.linking.fits(person))


@dataclass(frozen=True, slots=True)
class Question:
    """What the directory is being asked: no answer to another one counts."""

    name: str
    """`Drawn.question`."""
    asked_at: datetime
    """No later than it was asked."""
    subject: SubjectId | None = None
    """About whom, as soon as that is known: what puts the person out from then on lets no answer count."""
    via: Via | None = None
    """By which session of another provider: that one's end lets no answer count either."""


@dataclass(frozen=True, slots=True)
class AwaitingPassword:
    """Or a passkey, which answers `challenge`."""

    challenge: bytes
    demanded: AuthenticationLevel | None = None
    asking: Question | None = None
    """The last question that is under way."""
    gone: Gone | None = None
    """Who was sent to another provider and has not come back."""
    stranger: Proven | None = None
    """Shown there, and linked with nobody; the person may have it linked once it is shown anew."""
    linking: Proven | None = None
    """Shown there anew, to be linked."""

    @property
    def unsure(self) -> bool:
        """Whether the person has to say that what is to be linked was shown just now: the provider does not."""
        return self.linking is not None and self.linking.shown_at is None

    def asking_about(self, subject: SubjectId | None) -> Self:
        """None: nobody has the login."""
        return replace(
            self, asking=replace(self.asking, subject=subject) if self.asking is not None else None
        )

    def asking_nobody(self) -> Self:
        """No answer that may still come counts."""
        return replace(self, asking=None)


@dataclass(frozen=True, slots=True)
class CheckingPassword:
    """Lives within one request, while the directory is asked; never stored."""

    login: str
    taken: Taken
    asked_at: datetime
    waiting: AwaitingPassword
    """How the sign-in stands meanwhile, but for answers of keys that proved nothing."""
    meant: SubjectId | None = None
    """Whom the login meant here the last time, if anybody."""


@dataclass(frozen=True, slots=True)
class CheckingPerson:
    """A passkey proved whose it is; what the directory says of that person now is being asked. Never stored."""

    subject: SubjectId
    authenticator: str
    """The name its owner gave it."""
    key: AuthenticatorId
    """Must still be the person's when the directory has answered."""
    asked_at: datetime
    waiting: AwaitingPassword
    """As of CheckingPassword."""
    newly: Newly | None = None
    """What it counts for, where it is new."""


@dataclass(frozen=True, slots=True)
class CheckingUpstream:
    """Somebody came back from another provider, which is being asked what that proves. Never stored."""

    gone: Gone
    taken: Taken
    waiting: AwaitingPassword
    """As of CheckingPassword."""


@dataclass(frozen=True, slots=True)
class CheckingLinked:
    """It is known whose it is; what the directory says of that person now is being asked. Never stored."""

    subject: SubjectId
    proven: Proven
    asked_at: datetime
    waiting: AwaitingPassword
    """As of CheckingPassword."""


@dataclass(frozen=True, slots=True)
class AwaitingFactor:
    standing: Standing
    challenge: bytes


@dataclass(frozen=True, slots=True)
class AwaitingOfficersCode:
    """Of a person without any factor."""

    standing: Standing


@dataclass(frozen=True, slots=True)
class AwaitingEnrolment:
    standing: Standing
    proof: Proof
    secret: totp.Secret
    """Made for this sign-in; counts for nothing until a code of it confirms it."""
    challenge: bytes


@dataclass(frozen=True, slots=True)
class AwaitingSaved:
    """The factor is enrolled; the person is to put the recovery codes away."""

    standing: Standing
    enrolled: AuthenticatorId
    """Must still be the person's when the session opens."""


@dataclass(frozen=True, slots=True)
class AwaitingNewPassword:
    standing: Standing


@dataclass(frozen=True, slots=True)
class ChangingPassword:
    """Lives within one request, while the directory changes it; never stored."""

    standing: Standing
    taken: Taken
    asked_at: datetime
    change: str
    """The name of `PasswordChange`: of two changes of one sign-in or session neither ends the other."""

    @property
    def waiting(self) -> AwaitingNewPassword:
        """As of CheckingPassword."""
        return AwaitingNewPassword(self.standing)


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: Person
    level: AuthenticationLevel
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Refusal


Waiting = (
    AwaitingPassword
    | AwaitingFactor
    | AwaitingOfficersCode
    | AwaitingEnrolment
    | AwaitingSaved
    | AwaitingNewPassword
)
"""States that outlive a request."""

Standings = AwaitingFactor | AwaitingOfficersCode | AwaitingEnrolment | AwaitingSaved
"""In which somebody is known and what comes next may open a session. A new password is none: the directory is asked
after it anyway.
"""

Checking = CheckingPassword | CheckingPerson | CheckingUpstream | CheckingLinked | ChangingPassword
"""States between two halves of one request."""

State = Waiting | Checking | SignedIn | Failed


def subject_of(state: Waiting) -> SubjectId | None:
    """Whose sign-in it is by now; None while nobody is known."""
    if isinstance(state, AwaitingPassword):
        return state.asking.subject if state.asking is not None else None
    return state.standing.person.subject


def asked_at(state: Waiting) -> datetime | None:
    """Since when the directory was asked about that person, or is."""
    if isinstance(state, AwaitingPassword):
        return state.asking.asked_at if state.asking is not None else None
    return state.standing.read_at


def awaits(state: Waiting, checking: Checking) -> bool:
    """Whether a sign-in that stands at `state` still waits for the answer to what was asked."""
    waiting = checking.waiting
    if isinstance(state, AwaitingPassword) and isinstance(waiting, AwaitingPassword):
        return state.asking is not None and state.asking == waiting.asking
    return state == waiting
