"""Signing out by the browser (single logout profile §4.4), in both directions, by the Redirect binding.

A service provider asks by a signed request, about the session of the browser that brings it and no other. What we ask
it in turn is loaded in a frame of the page that says that somebody is signed out.
"""

import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from idp.login.session import Session
from idp.saml import names
from idp.saml.errors import STATUS, RequestRefused, Unsafe
from idp.saml.keys import SamlKey
from idp.saml.names import saml, samlp
from idp.saml.provider import FORMATS, ServiceProvider
from idp.saml.reading import Element, text_of
from idp.saml.request import CLOCKS_DIFFER_BY, NAME, issuer_of, moment_in, parts_of
from idp.saml.response import SPACES, Envelope, fit, moment

ATTRIBUTES = frozenset({"ID", "Version", "IssueInstant", "Destination", "Consent", "NotOnOrAfter", "Reason"})
NAMED_BY = frozenset({"Format", "NameQualifier", "SPNameQualifier", "SPProvidedID"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    id: str
    issuer: str
    issued_at: datetime
    destination: str
    name: str
    session: str
    """Which sign-in, as the assertion called it; empty: any of the person."""
    good_until: datetime | None = None
    """`NotOnOrAfter` (SAML core §3.7.1); None: it says no end."""

    def means(self, session: Session, party: ServiceProvider) -> bool:
        """Nobody by an empty name, which is that of everybody of whom the directory does not know the fact."""
        named = bool(self.name) and self.name == party.name_of(session)
        return named and self.session in {"", party.session_of(session.sid)}

    def over(self, now: datetime) -> bool:
        return self.good_until is not None and now - CLOCKS_DIFFER_BY >= self.good_until


def read(root: Element) -> LogoutRequest:
    """Raises RequestRefused."""
    if (
        root.tag != samlp("LogoutRequest")
        or root.get("Version") != "2.0"
        or not set(root.attrib) <= ATTRIBUTES
    ):
        raise RequestRefused(Unsafe.UNREADABLE)
    order = (saml("Issuer"), saml("NameID"), samlp("SessionIndex"))
    parts = parts_of(root, order)
    named, which, name = parts.get(order[1]), parts.get(order[2]), root.get("ID", "")
    until = root.get("NotOnOrAfter")
    if named is None or not set(named.attrib) <= NAMED_BY or not NAME.fullmatch(name):
        raise RequestRefused(Unsafe.UNREADABLE)
    return LogoutRequest(
        id=name,
        issuer=issuer_of(root),
        issued_at=moment_in(root.get("IssueInstant", "")),
        destination=root.get("Destination", ""),
        name=text_of(named),
        session="" if which is None else text_of(which),
        good_until=None if until is None else moment_in(until),
    )


def asked(envelope: Envelope, session: Session, party: ServiceProvider, key: SamlKey) -> str:
    """The address that tells a service provider that the session is over."""
    root = _message("LogoutRequest", envelope)
    name = etree.SubElement(root, saml("NameID"), Format=FORMATS[party.name_id])
    name.text = fit(party.name_of(session))
    etree.SubElement(root, samlp("SessionIndex")).text = party.session_of(session.sid)
    return _address(envelope.address, {"SAMLRequest": _packed(root)}, key)


def answered(envelope: Envelope, relay_state: str | None, key: SamlKey, *, ended: bool) -> str:
    """The address that answers one; `ended`: whether nobody is signed in any more whom it meant."""
    root = _message("LogoutResponse", envelope)
    root.set("InResponseTo", envelope.in_response_to)
    inner = etree.SubElement(root, samlp("Status"))
    for code in ("Success",) if ended else ("Requester", "UnknownPrincipal"):
        inner = etree.SubElement(inner, samlp("StatusCode"), Value=STATUS + code)
    relay = {} if relay_state is None else {"RelayState": relay_state}
    return _address(envelope.address, {"SAMLResponse": _packed(root), **relay}, key)


def _message(kind: str, envelope: Envelope) -> Element:
    root = etree.Element(
        samlp(kind),
        ID=envelope.id,
        Version="2.0",
        IssueInstant=moment(envelope.at),
        Destination=envelope.address,
        nsmap=SPACES,
    )
    etree.SubElement(root, saml("Issuer")).text = envelope.issuer
    return root


def _packed(root: Element) -> str:
    packer = zlib.compressobj(wbits=-15)
    return b64encode(packer.compress(etree.tostring(root)) + packer.flush()).decode()


def _address(address: str, fields: Mapping[str, str], key: SamlKey) -> str:
    """With a signature over the query (SAML bindings §3.4.4.1)."""
    query = urlencode({**fields, "SigAlg": names.RSA_SHA256})
    value = key.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    signed = f"{query}&{urlencode({'Signature': b64encode(value).decode()})}"
    return f"{address}{'&' if '?' in address else '?'}{signed}"
