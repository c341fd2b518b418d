"""What sign-in keeps, as the narrowest interface: everything here happens inside one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import DeviceId, Language, SessionId, SubjectId
from idp.events import Event
from idp.login.authenticator import Authenticator, AuthenticatorId, CredentialId, Newly
from idp.login.enrolment_code import EnrolmentCode
from idp.login.exception import SignInException
from idp.login.handle import FlowId, HandleHash
from idp.login.needed_level import LevelLimits
from idp.login.new_device import NewDevice
from idp.login.password_change import PasswordChange
from idp.login.pending import Pending
from idp.login.purses import CrowdLimits
from idp.login.session import Session, SessionLimits
from idp.login.spoken_code import SpokenCode
from idp.login.states import State, Waiting
from idp.login.throttle import Counters
from idp.login.trust import Limits as TrustLimits
from idp.login.upstream import Identity, Link, SignedOut


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One sign-in attempt of one browser."""

    id: FlowId
    browser: HandleHash
    """Hash of the cookie that binds the attempt to the browser it was begun in."""
    state: Waiting
    asked: str
    """The authorization request to be answered afterwards, as its owner wrote it."""
    address: str
    """`purses.address_key` of where it was begun: a holder of many IPv6 addresses counts as one; or a
    known browser's own key."""
    locale: Language
    began_at: datetime
    expires_at: datetime
    network: str | None = None
    """`purses.network_of` where it was begun; None in a known browser."""
    known_to: SubjectId | None = None
    """In a known browser: whose sign-ins it counts with. Not whose it is, which nobody knows yet."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Sign-ins that live."""

    number: int
    first_ends: datetime | None
    """None where there is none."""


def at(flow: Flow, state: State) -> Flow | None:
    """The flow in its next state; None when it is over."""
    return replace(flow, state=state) if isinstance(state, Waiting) else None


class Authenticators(Protocol):
    """What people prove themselves with, inside one transaction."""

    def authenticators(self, subject: SubjectId) -> Sequence[Authenticator]:
        """All of a person, the oldest first."""
        ...

    def authenticator_of(self, credential: CredentialId) -> Authenticator | None:
        """Whose WebAuthn credential it is, whoever it belongs to."""
        ...

    def keep_authenticator(self, authenticator: Authenticator) -> None:
        """Add it, or replace the one with its id."""
        ...

    def drop_authenticator(self, name: AuthenticatorId) -> bool: ...

    def renew_recovery_codes(
        self, subject: SubjectId, codes: Sequence[SpokenCode], now: datetime, newly: Newly | None = None
    ) -> None:
        """Keep these (as keyed hashes) in place of all earlier ones, used or not; none: just remove those.

        `newly`: what they count for at first; None: in full at once.
        """
        ...

    def newly_of_recovery_code(self, code: SpokenCode) -> Newly | None:
        """As it was kept, or None where it is none of ours."""
        ...

    def recovery_codes_left(self, subject: SubjectId) -> int: ...

    def recovery_codes_mark(self, subject: SubjectId) -> str:
        """Names the set of codes that is kept, used or not; another set, and none, has another mark."""
        ...

    def has_recovery_code(self, subject: SubjectId, code: SpokenCode) -> bool:
        """Whether it is an unused one of this person."""
        ...

    def spend_recovery_code(self, subject: SubjectId, code: SpokenCode, now: datetime) -> bool:
        """Compare and set: True for exactly one caller."""
        ...

    def keep_enrolment_code(self, code: SpokenCode, issued: EnrolmentCode) -> None:
        """Withdraws the person's earlier ones that were not used."""
        ...

    def enrolment_code(self, code: SpokenCode) -> EnrolmentCode | None: ...

    def spend_enrolment_code(self, code: SpokenCode, now: datetime) -> bool:
        """Compare and set: True for exactly one caller."""
        ...

    def withdraw_enrolment_codes(self, subject: SubjectId) -> int:
        """Remove those that were not used; how many there were."""
        ...

    def exception_of(self, subject: SubjectId, now: datetime) -> SignInException | None:
        """The one that runs now, the longest if there are several."""
        ...

    def exceptions(self) -> Sequence[SignInException]:
        """The whole register, the latest first."""
        ...

    def keep_exception(self, exception: SignInException) -> None:
        """Add it, or replace the one with its id."""
        ...


class Book(Counters, Authenticators, Protocol):
    """Sign-ins, authenticators and sessions, inside one transaction."""

    def flow(self, name: FlowId) -> Flow | None: ...

    def keep_flow(self, flow: Flow) -> None: ...

    def drop_flow(self, name: FlowId) -> None: ...

    def flows_of(self, subject: SubjectId) -> Sequence[Flow]:
        """All that are the person's, or in which the directory is being asked about them."""
        ...

    def flows_of_people(self, now: datetime) -> Sequence[Flow]:
        """All that live and in which it is known who signs in."""
        ...

    def drop_flows_of(self, subject: SubjectId, but: FlowId | None = None) -> None:
        """All sign-ins that are the person's; `but` goes on.

        One in which the directory is only being asked stays, and the answer counts for nothing: a stranger who guesses
        passwords would else be told that somebody put the person out just now.
        """
        ...

    def ask_nobody(self, flow: Flow) -> None:
        """What is being asked in a sign-in that stands at the password counts no more."""
        ...

    def flows_from(self, address: str, now: datetime) -> UnderWay:
        """By `Flow.address`."""
        ...

    def flows_in(self, network: str, now: datetime) -> UnderWay: ...

    def flows_known_to(self, subject: SubjectId, now: datetime) -> UnderWay: ...

    def flows_of_strangers(self, now: datetime) -> UnderWay:
        """All but those of known browsers."""
        ...

    def fullest_networks(self, most: int, now: datetime) -> Sequence[tuple[str, int]]:
        """With how many sign-ins in which nothing was shown; so many networks, the fullest first."""
        ...

    def drop_oldest_in(self, network: str, now: datetime) -> bool:
        """Drop the oldest sign-in in which nothing was shown, of the address there that has the most of them."""
        ...

    def person_standing_most(self, network: str | None, more_than: int, now: datetime) -> SubjectId | None:
        """Who is known in the most of strangers' sign-ins, in a network or (None) in all; None: in so many at most."""
        ...

    def drop_oldest_of(self, subject: SubjectId, network: str | None, now: datetime) -> bool:
        """Drop the oldest of those, of the address that has the most of them."""
        ...

    def move_flows(self, before: str, after: str) -> None:
        """Those of one `Flow.address` are another's from now on."""
        ...

    def subject_of(self, login: str) -> SubjectId | None:
        """Whom a login (`spelling.strictly`) meant the last time the directory resolved it."""
        ...

    def keep_subject_of(self, login: str, subject: SubjectId, now: datetime) -> None: ...

    def knows_browser(self, browser: HandleHash, subject: SubjectId) -> bool: ...

    def has_known(self, browser: HandleHash) -> bool:
        """Whether anybody completed a sign-in in that browser."""
        ...

    def is_known_anywhere(self, subject: SubjectId) -> bool:
        """Whether that person completed a sign-in in any browser that is still remembered."""
        ...

    def browsers_of(self, subject: SubjectId) -> Sequence[HandleHash]:
        """In which that person completed a sign-in."""
        ...

    def keep_browser(self, browser: HandleHash, subject: SubjectId, now: datetime) -> None: ...

    def people_of_browser(self, browser: HandleHash) -> Sequence[SubjectId]:
        """Who completed a sign-in in it."""
        ...

    def rename_browser(self, before: HandleHash, after: HandleHash) -> None:
        """The browser got a new handle: all that is kept of it, and asked about it, goes by that from now on."""
        ...

    def forget_browser(self, browser: HandleHash, subject: SubjectId) -> None: ...

    def pending(self, session: SessionId) -> Pending | None:
        """The authenticator that is being added in a session."""
        ...

    def keep_pending(self, pending: Pending) -> None: ...

    def drop_pending(self, session: SessionId) -> None: ...

    def keep_password_change(self, change: PasswordChange) -> None:
        """Add it, or replace the one with its id."""
        ...

    def drop_password_change(self, name: str) -> None: ...

    def password_changes(self, until: datetime) -> Sequence[PasswordChange]:
        """Those that are open and were begun by then."""
        ...

    def keep_new_device(self, device: NewDevice) -> None: ...

    def new_devices(self, subject: SubjectId) -> Sequence[NewDevice]:
        """Those the person has not yet spoken of, the latest first."""
        ...

    def drop_new_device(self, device: NewDevice) -> None: ...

    def session(self, sid: SessionId) -> Session | None: ...

    def session_of(self, handle: HandleHash) -> Session | None: ...

    def sessions_of_subject(self, subject: SubjectId) -> list[Session]:
        """Those that have not ended."""
        ...

    def sessions_in(self, device: DeviceId) -> list[Session]:
        """The same of a device, whoever's they are."""
        ...

    def device_suspended(self, device: DeviceId, now: datetime) -> bool:
        """Whether an officer lets nobody sign in from it."""
        ...

    def keep_session(self, session: Session) -> None: ...

    def keep_seen(self, sid: SessionId, now: datetime, idle: timedelta) -> None:
        """The person is at work: here, and at what goes idle together with this session after `idle`."""
        ...

    def link(self, identity: Identity) -> Link | None: ...

    def links_of(self, subject: SubjectId) -> Sequence[Link]:
        """The oldest first."""
        ...

    def links(self) -> Sequence[Link]:
        """Of everybody."""
        ...

    def keep_link(self, link: Link) -> None:
        """Add it, or replace the one of its identity."""
        ...

    def drop_link(self, identity: Identity) -> bool:
        """False: it was not there."""
        ...

    def spend_logout_token(self, mark: HandleHash, forget_at: datetime) -> bool:
        """Compare and set: True for exactly one caller."""
        ...

    def sessions_by_upstream(self, said: SignedOut) -> list[Session]:
        """Those that have not ended and that end by it."""
        ...

    def record(self, event: Event) -> None: ...


class Limits(SessionLimits, CrowdLimits, LevelLimits, TrustLimits, Protocol):
    """What sign-in needs of `config.settings.SignIn`."""

    @property
    def flow_lifetime(self) -> timedelta: ...
