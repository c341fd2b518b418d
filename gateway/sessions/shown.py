"""What the portal and the officers' pages show of sessions, and who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from config.settings import Title
from config.vocabulary import (
    NO_DEVICE,
    ApplicationId,
    DeviceId,
    MunicipalityCode,
    Role,
    SessionId,
    SubjectId,
    device_subject,
    technical_account_of,
)


class NotOwn(Exception):
    """The municipality is not one of this person's (any more)."""


class SessionUnknown(Exception):
    """No open session has this name (any more)."""


class Caller(Protocol):
    """Who asks: what is needed of a verified assertion."""

    @property
    def subject(self) -> SubjectId: ...
    @property
    def login(self) -> str: ...
    @property
    def sid(self) -> SessionId: ...
    @property
    def municipality(self) -> MunicipalityCode: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One application that the person may open now, for the active municipality."""

    application: ApplicationId
    title: Title
    description: Title
    address: str
    """`https://…` of its start page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A municipality in which the person holds roles."""

    code: MunicipalityCode
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    """Anybody's, as an officer sees it."""

    session: SessionId
    subject: SubjectId
    name: str
    login: str
    municipality: MunicipalityCode
    address: str
    user_agent: str
    since: datetime
    last_seen: datetime
    amr: tuple[str, ...] = ()
    """How it was opened: of a technical account one word of `gateway.sessions.technical`."""
    only_signed_on: bool = False
    """At the provider, without a session here: at my account, or at an application that asks the provider itself."""

    device: DeviceId = NO_DEVICE

    @property
    def device_subject(self) -> SubjectId | None:
        return device_subject(self.device) if self.device else None

    @property
    def of_program(self) -> bool:
        """A technical account's, of which no directory knows anything."""
        return technical_account_of(self.subject) is not None
