"""What a sign-in knows of another identity provider: whom it sent there, what was proven, who is linked."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from config.vocabulary import AuthenticationLevel, MunicipalityCode, SubjectId
from idp.directory.person import Person
from idp.login.handle import HandleHash

LinkName = NewType("LinkName", str)
"""Of a link, as forms and commands name it: half of a hash."""

BELIEVED_FOR = timedelta(hours=1)
"""How old what somebody showed at the provider may be for its `acr` to stand in for a second factor of ours."""

LATE_AT_MOST = timedelta(seconds=30)
"""How much the provider's clock may be behind ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Somebody was sent there, and answers once."""

    provider: str
    state: HandleHash
    """Of the answer's `state`."""
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    """PKCE (RFC 7636 §4.1)."""
    at: datetime
    anew: bool = False
    """Whether what leads on needs a proof of this moment."""
    linking: bool = False
    """Whether the person asked for what is shown there to be linked: then it has to be shown anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is there: issuer and subject together, and nothing else (OpenID Connect Core 1.0 §5.7)."""

    issuer: str
    subject: str

    @property
    def name(self) -> LinkName:
        """The same in 22 characters; the length keeps the two apart."""
        both = f"{len(self.issuer)}:{self.issuer}{self.subject}".encode()
        return LinkName(urlsafe_b64encode(hashlib.sha256(both).digest()[:16]).rstrip(b"=").decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    """By what a session was opened there."""

    provider: str
    identity: Identity
    sid: str = ""
    """Of the session there, where it says one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """For which office somebody acts, as CAAIS says it. It gives nobody a role here."""

    municipality: MunicipalityCode
    access_roles: tuple[str, ...] = ()
    activity_roles: tuple[str, ...] = ()
    """`agenda:role`, by the codes of the register of rights and duties."""
    statutory: bool = False
    """Whether the person is the office's statutory representative: of a municipality its mayor."""

    def fits(self, person: Person) -> bool:
        """Whether somebody may be who acts there: by a role, which the directory gives."""
        return any(held.municipality == self.municipality for held in person.roles)

    def told(self) -> tuple[str, ...]:
        """For the log."""
        return (
            f"municipality {self.municipality}",
            *(f"access_role {one}" for one in self.access_roles),
            *(f"activity_role {one}" for one in self.activity_roles),
            *(("statutory_representative",) if self.statutory else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """The provider's word, verified."""

    via: Via
    name: str
    """As the provider calls the person; shown, never compared."""
    username: str = ""
    """What the person signs in with there, as the provider says it; shown, never compared."""
    at: datetime
    level: AuthenticationLevel | None = None
    """What its `acr` counts for here; None: no more than a first factor."""
    shown_at: datetime | None = None
    """When the person showed there who it is (`auth_time`), where it says so."""
    official: Official | None = None
    """None: the provider says nothing of offices."""

    def fits(self, person: Person) -> bool:
        """Whether somebody may be who is meant, as far as an office is."""
        return self.official is None or self.official.fits(person)

    def level_at(self, now: datetime) -> AuthenticationLevel | None:
        """What it counts for beyond a first factor: only where it is known to be recent."""
        if self.shown_at is None or not now - BELIEVED_FOR <= self.shown_at <= now:
            return None
        return self.level


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """Somebody's session at the provider is over; one of `subject` and `sid` may be empty."""

    provider: str
    issuer: str
    subject: str
    sid: str

    def ends(self, via: Via | None) -> bool:
        """Whether what was opened by it ends with it: with a session named that one, else all of that person's.

        One of which the provider named no session ends with any of its person.
        """
        if via is None or via.identity.issuer != self.issuer:
            return False
        if self.subject and via.identity.subject != self.subject:
            return False
        unnamed = not self.sid or (bool(self.subject) and not via.sid)
        return unnamed or via.sid == self.sid


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Both sides were shown in one sign-in: there, and here by password and second factor."""

    identity: Identity
    provider: str
    """Name of the provider when it was linked."""
    name: str
    subject: SubjectId
    linked_at: datetime
    last_used_at: datetime | None = None
