"""The words every room of the product uses, as types and closed lists."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import NewType

MunicipalityCode = NewType("MunicipalityCode", str)
"""Six-digit code of a municipality in the Czech statistical register; the tenant key everywhere."""

DirectoryName = NewType("DirectoryName", str)
"""Name of an office directory in the configuration, `[a-z][a-z0-9-]*`."""

SubjectId = NewType("SubjectId", str)
"""Stable identifier of a person: `{name of the directory}:{entryUUID or objectGUID there}`, canonical UUID text."""

RECOVERY_ADMINISTRATOR = SubjectId("recovery-administrator")
"""The account of last resort (`brana recovery-admin`). Without a directory's name, so nobody of any directory."""
RECOVERY_LIFETIME = timedelta(minutes=30)
"""Of its session, however busy it is: enough to mend what keeps everybody else out."""

TECHNICAL = "technical"
"""In the place of a directory's name in the subjects of technical accounts; no directory may be called so."""


def technical_subject(account: str) -> SubjectId:
    """`account`: its id in the configuration."""
    return SubjectId(f"{TECHNICAL}:{account}")


def technical_account_of(subject: SubjectId) -> str | None:
    """Id of the technical account; None for a person."""
    kind, _, account = subject.partition(":")
    return account if kind == TECHNICAL else None


DeviceId = NewType("DeviceId", str)
"""Public name of what somebody signs in with (22 characters, base64url of 128 bits). Not a credential."""
NO_DEVICE = DeviceId("")
"""None is known: of programs, and of what happens without a browser."""
DEVICE = "device"
"""In the place of a directory's name where a device stands among subjects: no UUID follows, so it is nobody's."""
_DEVICE_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def read_device_id(text: str) -> DeviceId | None:
    """As somebody wrote it; None for what cannot be one."""
    return DeviceId(text) if _DEVICE_ID.fullmatch(text) else None


def device_subject(device: DeviceId) -> SubjectId:
    return SubjectId(f"{DEVICE}:{device}")


def device_of(subject: SubjectId) -> DeviceId | None:
    """None for people and programs."""
    kind, _, device = subject.partition(":")
    return read_device_id(device) if kind == DEVICE else None


SessionId = NewType("SessionId", str)
"""Public name of a session (22 characters, base64url of 128 random bits). Not a credential."""

ApplicationId = NewType("ApplicationId", str)
"""Name of a hosted application in the configuration, `[a-z][a-z0-9-]*`."""

RouteName = NewType("RouteName", str)
"""Name of a route of an application in the configuration, `[a-z][a-z0-9-]*`; policies rest on it."""

NetworkName = NewType("NetworkName", str)
"""Name of a network in the configuration, `[a-z][a-z0-9-]*`; policies rest on it."""

GROUPS_OF_A_PERSON = frozenset({"memberof", "1.2.840.113556.1.2.102", "ismemberof"})
"""Attributes, in lower case, that a directory keeps of a person by its groups: a change of them is none of the person's
entry.
"""

REASON_HEADER = "x-brana-reason"
"""Header of an answer of ours that refuses: the named reason, for the access log. Says no more than the page."""


class Language(StrEnum):
    """Languages of the interface, the default first."""

    CZECH = "cs"
    ENGLISH = "en"


class Role(StrEnum):
    """What somebody is in one municipality. Values are what policies, tokens and the log say."""

    MAYOR = "mayor"
    DEPUTY_MAYOR = "deputy_mayor"
    CHIEF_CLERK = "chief_clerk"
    ACCOUNTANT = "accountant"
    BUDGET_MANAGER = "budget_manager"
    AUTHORISING_OFFICER = "authorising_officer"
    REGISTRAR = "registrar"
    MAIL_ROOM = "mail_room"
    CLERK = "clerk"
    LOCAL_ADMINISTRATOR = "local_administrator"
    CENTRE_ADMINISTRATOR = "centre_administrator"
    SECURITY_OFFICER = "security_officer"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    SUPPLIER = "supplier"

    def title_in(self, language: Language) -> str:
        return ROLE_TITLES[self][language]


ADMINISTRATORS = frozenset({Role.LOCAL_ADMINISTRATOR, Role.CENTRE_ADMINISTRATOR})
WATCHING = frozenset({*ADMINISTRATORS, Role.SECURITY_OFFICER, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER})
"""Who administers, or watches over others: such a role is given by the directory's people alone."""

_CS, _EN = Language.CZECH, Language.ENGLISH
ROLE_TITLES: dict[Role, dict[Language, str]] = {
    Role.MAYOR: {_CS: "starosta", _EN: "mayor"},
    Role.DEPUTY_MAYOR: {_CS: "místostarosta", _EN: "deputy mayor"},
    Role.CHIEF_CLERK: {_CS: "tajemník", _EN: "chief clerk"},
    Role.ACCOUNTANT: {_CS: "účetní", _EN: "accountant"},
    Role.BUDGET_MANAGER: {_CS: "správce rozpočtu", _EN: "budget manager"},
    Role.AUTHORISING_OFFICER: {_CS: "příkazce operace", _EN: "authorising officer"},
    Role.REGISTRAR: {_CS: "matrikářka", _EN: "registrar"},
    Role.MAIL_ROOM: {_CS: "podatelna", _EN: "mail room"},
    Role.CLERK: {_CS: "referent", _EN: "clerk"},
    Role.LOCAL_ADMINISTRATOR: {_CS: "místní správce", _EN: "municipality's administrator"},
    Role.CENTRE_ADMINISTRATOR: {_CS: "správce technologického centra", _EN: "centre administrator"},
    Role.SECURITY_OFFICER: {_CS: "manažer kybernetické bezpečnosti", _EN: "security officer"},
    Role.AUDITOR: {_CS: "auditor", _EN: "auditor"},
    Role.DATA_PROTECTION_OFFICER: {_CS: "pověřenec", _EN: "data protection officer"},
    Role.SUPPLIER: {_CS: "dodavatel", _EN: "supplier"},
}


class Action(StrEnum):
    """What a route of a hosted application asks for. Closed, so that a policy's typing error is found."""

    READ = "read"
    WRITE = "write"
    SIGN = "sign"
    ADMINISTER = "administer"


PUBLIC = "public"
"""What the log says in the place of an action of a route that anybody may use. Not an action: no policy decides."""


class AuthenticationLevel(StrEnum):
    """How surely a person was recognised (OpenID Connect Core 1.0 §2, `acr`), weakest first."""

    PASSWORD = "urn:brana:acr:password"
    TWO_FACTORS = "urn:brana:acr:two-factors"
    PHISHING_RESISTANT = "urn:brana:acr:phishing-resistant"
