"""What a service provider is sent (SAML core §3.3.3, web browser SSO profile §4.1.4.2), built from typed values alone.

Nothing of a request becomes part of an answer but its `ID`, which is a name, and the address, which is ours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

from idp.saml import names
from idp.saml.encryption import encrypt
from idp.saml.errors import STATUS, STATUSES, Denial
from idp.saml.keys import SamlKey, VerifyingKey
from idp.saml.names import saml, samlp
from idp.saml.reading import Element
from idp.saml.signature import sign

LIVES = timedelta(minutes=5)  # it proves the sign-in once, on the way that a browser takes in a second
EARLIER = timedelta(minutes=1)  # clocks differ
SPACES = {"samlp": names.PROTOCOL, "saml": names.ASSERTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Of every answer."""

    id: str
    issuer: str
    address: str
    in_response_to: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an assertion says."""

    id: str
    audience: str
    name_format: str
    name: str
    context: str
    auth_time: datetime
    session: str
    session_ends: datetime
    attributes: Mapping[str, Sequence[str]]


def granted(
    envelope: Envelope, statement: Statement, key: SamlKey, *, signed: bool, to: VerifyingKey | None = None
) -> bytes:
    """The assertion is always signed, and where there is a key to encrypt it `to`, then encrypted; `signed`: the answer
    around it is signed too.
    """
    root = _response(envelope, (STATUS + "Success",))
    assertion = _assertion(root, envelope, statement)
    sign(assertion, key, place=1)
    if to is not None:
        encrypt(assertion, to)
    if signed:
        sign(root, key, place=1)
    return _written(root)


def denied(envelope: Envelope, why: Denial, key: SamlKey) -> bytes:
    root = _response(envelope, (STATUS + "Responder", STATUSES[why]))
    sign(root, key, place=1)
    return _written(root)


def _response(envelope: Envelope, status: Sequence[str]) -> Element:
    root = etree.Element(
        samlp("Response"),
        ID=envelope.id,
        Version="2.0",
        IssueInstant=moment(envelope.at),
        Destination=envelope.address,
        InResponseTo=envelope.in_response_to,
        nsmap=SPACES,
    )
    etree.SubElement(root, saml("Issuer")).text = envelope.issuer
    inner = etree.SubElement(root, samlp("Status"))
    for code in status:
        inner = etree.SubElement(inner, samlp("StatusCode"), Value=code)
    return root


def _assertion(root: Element, envelope: Envelope, said: Statement) -> Element:
    ends = moment(envelope.at + LIVES)
    made = etree.SubElement(
        root, saml("Assertion"), ID=said.id, Version="2.0", IssueInstant=moment(envelope.at)
    )
    etree.SubElement(made, saml("Issuer")).text = envelope.issuer
    subject = etree.SubElement(made, saml("Subject"))
    name = etree.SubElement(subject, saml("NameID"), Format=said.name_format)
    name.text = fit(said.name)
    confirmation = etree.SubElement(subject, saml("SubjectConfirmation"), Method=names.BEARER)
    etree.SubElement(
        confirmation,
        saml("SubjectConfirmationData"),
        NotOnOrAfter=ends,
        Recipient=envelope.address,
        InResponseTo=envelope.in_response_to,
    )
    conditions = etree.SubElement(
        made, saml("Conditions"), NotBefore=moment(envelope.at - EARLIER), NotOnOrAfter=ends
    )
    restriction = etree.SubElement(conditions, saml("AudienceRestriction"))
    etree.SubElement(restriction, saml("Audience")).text = said.audience
    authn = etree.SubElement(
        made,
        saml("AuthnStatement"),
        AuthnInstant=moment(said.auth_time),
        SessionIndex=said.session,
        SessionNotOnOrAfter=moment(said.session_ends),
    )
    context = etree.SubElement(authn, saml("AuthnContext"))
    etree.SubElement(context, saml("AuthnContextClassRef")).text = said.context
    if said.attributes:
        _attributes(made, said.attributes)
    return made


def _attributes(assertion: Element, attributes: Mapping[str, Sequence[str]]) -> None:
    stated = etree.SubElement(assertion, saml("AttributeStatement"))
    for called, values in attributes.items():
        kind = names.URI_NAMES if ":" in called else names.BASIC_NAMES
        one = etree.SubElement(stated, saml("Attribute"), Name=called, NameFormat=kind)
        for value in values:
            etree.SubElement(one, saml("AttributeValue")).text = fit(value)


def _written(root: Element) -> bytes:
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=False))


def moment(at: datetime) -> str:
    """In UTC, by the second, rounded down."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fit(text: str) -> str:
    """Without signs that XML 1.0 does not know, whatever a directory holds."""
    return "".join(c if _known(ord(c)) else "\ufffd" for c in text)


def _known(code: int) -> bool:
    """XML 1.0 §2.2; a carriage return would be read as another sign than it was written."""
    return code in {0x9, 0xA} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
