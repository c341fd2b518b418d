"""What can happen to a sign-in."""

from dataclasses import dataclass, field
from datetime import datetime

from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp.directory.person import Person
from idp.events import NOWHERE, Origin
from idp.login.authenticator import Authenticator, AuthenticatorId, Newly
from idp.login.drawn import Drawn
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import SignInException
from idp.login.handle import HandleHash
from idp.login.key_site import Site
from idp.login.refusal import Refusal
from idp.login.spoken_code import SpokenCode
from idp.login.throttle import Exhausted, Taken
from idp.login.upstream import Gone, Link, Proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    origin: Origin = NOWHERE
    drawn: Drawn = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Happening):
    """Something that could be a guess."""

    attempt: Taken | Exhausted | None
    """None: not counted, because the input cannot be used."""
    session: SessionId | None = None
    """The session this browser has now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordEntered(Counted):
    login: str
    password: str = field(repr=False)
    meant: SubjectId | None = None
    """Whom the login meant here the last time, if anybody."""
    confirmed: bool = False
    """Whether the person says that it was they who signed in at the other provider, just now."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The directory said no. `subject` when it knows whom the login means."""

    reason: str = Refusal.WRONG_CREDENTIALS
    """Named by the directory, for the log alone."""
    subject: SubjectId | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """The password is right, but the directory lets nobody work with it until it is changed."""

    person: Person
    reason: Refusal


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The directory could not be asked, or answered an error."""


Answer = Person | Stale | Rejected | Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryAnswered(Happening):
    answer: Answer
    attempt: Taken | Exhausted
    """Of the person, now that the directory has said who it is."""
    reach: frozenset[AuthenticationLevel]
    """What the person can reach now, by each factor; empty: there is none."""
    exception: SignInException | None = None
    needed: AuthenticationLevel | None = None
    """By the person's roles, whatever the relying party demands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswered(Happening):
    answer: Person | Unanswered | None
    """None: the directory knows nobody of that identity."""
    held: frozenset[AuthenticatorId]
    """The person's authenticators as they are now."""
    needed: AuthenticationLevel | None = None
    """As of DirectoryAnswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentUpstream(Happening):
    """To another provider; whoever was sent before comes back to nothing."""

    gone: Gone | None
    """None: nobody is sent, and what was proven there is linked with nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent(Happening):
    """Nobody can be sent there now."""

    provider: str
    reason: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack(Counted):
    """From another provider."""

    provider: str
    """By the address that the answer came to."""
    state: HandleHash | None
    """None: there is none, or it cannot be one."""
    fault: Refusal | None = None
    """What is wrong with the answer, whatever its code is good for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamAnswered(Happening):
    answer: Proven | Refusal
    link: Link | None
    """With whom what was proven is linked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedAnswered(Happening):
    answer: Person | Unanswered | None
    """As of PersonAnswered."""
    link: Link | None
    """As it is now."""
    reach: frozenset[AuthenticationLevel]
    """As of DirectoryAnswered."""
    needed: AuthenticationLevel | None = None
    """As of DirectoryAnswered."""
    newly: Newly | None = None
    """What the link counts for, where it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReadAgain(Happening):
    """Before anything more of a sign-in counts that stands since an earlier request."""

    answer: Person | Unanswered | None
    """As of PersonAnswered."""
    read_at: datetime
    """As of Standing."""
    reach: frozenset[AuthenticationLevel]
    """As of DirectoryAnswered."""
    needed: AuthenticationLevel | None = None
    """As of DirectoryAnswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntered(Counted):
    code: str = field(repr=False)
    held: tuple[Authenticator, ...]
    """All of the person's authenticators as they are now."""
    name: str = ""
    """For the authenticator, where it is being enrolled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeEntered(Counted):
    code: SpokenCode | None = field(repr=False)
    """None: what was typed cannot be one."""
    unused: bool
    """Whether it is one of the person's that was not used."""
    newly: Newly | None = None
    """What it counts for, where it is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyShown(Counted):
    response: str = field(repr=False)
    """JSON of the browser's PublicKeyCredential (WebAuthn Level 3 §5.1, toJSON)."""
    known: Authenticator | None
    """The authenticator whose credential it names."""
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeEntered(Counted):
    code: SpokenCode | None = field(repr=False)
    issued: EnrolmentCode | None
    """What is kept of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMade(Counted):
    response: str = field(repr=False)
    """As of KeyShown, for a registration."""
    held: tuple[Authenticator, ...]
    known: bool
    """Whether its credential is enrolled already, for whomever."""
    name: str
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesAskedAgain(Happening):
    """The page with the recovery codes is gone, and they were not saved."""

    held: frozenset[AuthenticatorId]
    """As of PersonAnswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesSaved(Happening):
    held: frozenset[AuthenticatorId]
    """As of PersonAnswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasswordEntered(Counted):
    old: str = field(repr=False)
    new: str = field(repr=False)
    again: str = field(repr=False)
    known_words: tuple[str, ...] = ()
    """As good as known to everybody: names of the office, its applications, the person's municipalities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Happening):
    answer: Person | Unanswered | None
    """What the directory says of the person after the change."""
    reach: frozenset[AuthenticationLevel]
    """As of DirectoryAnswered."""
    needed: AuthenticationLevel | None = None
    """By the roles that the person has after the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordNotChanged(Happening):
    reason: Refusal


Input = (
    PasswordEntered
    | DirectoryAnswered
    | PersonAnswered
    | SentUpstream
    | NotSent
    | CameBack
    | UpstreamAnswered
    | LinkedAnswered
    | PersonReadAgain
    | CodeEntered
    | RecoveryCodeEntered
    | KeyShown
    | EnrolmentCodeEntered
    | KeyMade
    | CodesAskedAgain
    | CodesSaved
    | NewPasswordEntered
    | PasswordChanged
    | PasswordNotChanged
)
