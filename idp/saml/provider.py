"""Service providers: who they are, where they may be answered, what they are told of people."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from config.vocabulary import SessionId, SubjectId
from idp.directory.person import Person
from idp.login.session import Session

Pseudonym = Callable[[bytes], bytes]
"""Of a name, by a key that nobody outside has; the same for ever."""


class NameId(StrEnum):
    """What a service provider calls a person (SAML core §8.3)."""

    PERSISTENT = "persistent"
    TRANSIENT = "transient"
    LOGIN = "login"
    MAIL = "mail"


FORMATS = {
    NameId.PERSISTENT: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
    NameId.TRANSIENT: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
    NameId.LOGIN: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
    NameId.MAIL: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
}
UNSPECIFIED = FORMATS[NameId.LOGIN]


class Fact(StrEnum):
    """What an attribute may say of a person."""

    LOGIN = "login"
    NAME = "name"
    MAIL = "mail"
    ROLES = "roles"
    MUNICIPALITIES = "municipalities"


_VALUES: dict[Fact, Callable[[Person], tuple[str, ...]]] = {
    Fact.LOGIN: lambda person: (person.login,),
    Fact.NAME: lambda person: (person.name,),
    Fact.MAIL: lambda person: (person.mail,),
    Fact.ROLES: lambda person: tuple(f"{held.municipality}:{held.role.value}" for held in person.roles),
    Fact.MUNICIPALITIES: lambda person: tuple(sorted({held.municipality for held in person.roles})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceProvider:
    entity_id: str
    addresses: tuple[str, ...]
    """Assertion consumer services, where answers may go; the first where a request names none."""
    keys: tuple[RSAPublicKey, ...] = field(default=(), repr=False)
    """By which its requests are verified."""
    signs: bool = False
    """Whether a request has to be signed."""
    name_id: NameId = NameId.PERSISTENT
    attributes: Mapping[str, Fact] = field(default_factory=dict)
    """Name of the attribute → what it says."""
    encrypts_to: RSAPublicKey | None = field(default=None, repr=False)
    """Whose holder alone can read assertions; None: they are not encrypted."""
    logout_address: str = ""
    """Where it is told of sign-outs, and answered about its own (Redirect binding); empty: it has no such service."""
    signed_answers: bool = False
    """Whether the answer around the assertion is signed too."""
    application: str = ""
    """Whose policies decide who may sign in to it; empty: everybody who may sign in at all."""
    pseudonym: Pseudonym = field(repr=False)

    def name_of(self, session: Session) -> str:
        """What it calls the person; empty where the directory has no such fact."""
        person = session.person
        match self.name_id:
            case NameId.PERSISTENT:
                return self._called("subject", person.subject)
            case NameId.TRANSIENT:  # so that a sign-out can name it
                return self._called("sign-in", session.sid)
            case NameId.LOGIN:
                return person.login
            case NameId.MAIL:
                return person.mail

    def session_of(self, session: SessionId) -> str:
        """What it calls a sign-in, which tells no other one whom they have in common."""
        return self._called("session", session)

    def said_of(self, person: Person) -> dict[str, tuple[str, ...]]:
        """Values of its attributes; what the directory does not know is left out."""
        said = {name: tuple(filter(None, _VALUES[fact](person))) for name, fact in self.attributes.items()}
        return {name: values for name, values in said.items() if values}

    def _called(self, kind: str, name: SubjectId | SessionId) -> str:
        made = self.pseudonym(f"saml-{kind}\0{self.entity_id}\0{name}".encode())
        return "_" + urlsafe_b64encode(made).rstrip(b"=").decode()
