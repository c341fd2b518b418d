"""What service providers are told of us (SAML metadata §2.4.3)."""

from lxml import etree

from idp.saml import names
from idp.saml.keys import SamlKeys
from idp.saml.names import ds, md
from idp.saml.provider import FORMATS
from idp.saml.signature import sign

TYPE = "application/samlmetadata+xml"
PATH, SSO, SLO = "/saml/metadata", "/saml/sso", "/saml/slo"
SPACES = {"md": names.METADATA, "ds": names.SIGNATURE}


def entity_of(issuer: str) -> str:
    """Our name, by which our metadata are found."""
    return issuer + PATH


def document(issuer: str, keys: SamlKeys) -> bytes:
    """Names every key that signs, or will before long; signed by the one that does now."""
    root = etree.Element(
        md("EntityDescriptor"), ID="_metadata", entityID=entity_of(issuer), cacheDuration="PT1H", nsmap=SPACES
    )
    role = etree.SubElement(
        root,
        md("IDPSSODescriptor"),
        WantAuthnRequestsSigned="false",
        protocolSupportEnumeration=names.PROTOCOL,
    )
    for key in keys.announced:
        descriptor = etree.SubElement(role, md("KeyDescriptor"), use="signing")
        data = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
        etree.SubElement(data, ds("X509Certificate")).text = key.certificate_text
    etree.SubElement(role, md("SingleLogoutService"), Binding=names.REDIRECT, Location=issuer + SLO)
    for named in FORMATS.values():
        etree.SubElement(role, md("NameIDFormat")).text = named
    for binding in (names.REDIRECT, names.POST):
        etree.SubElement(role, md("SingleSignOnService"), Binding=binding, Location=issuer + SSO)
    sign(root, keys.signing, place=0)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
