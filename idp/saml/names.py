"""Names of SAML 2.0 (OASIS, March 2005), XML Signature 1.1 and XML Encryption 1.1 that we speak."""

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"

ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
BASIC_NAMES = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
URI_NAMES = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = SIGNATURE + "enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA1 = SIGNATURE + "sha1"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
OAEP = ENCRYPTION + "rsa-oaep-mgf1p"
AES_256_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"


def saml(name: str) -> str:
    return f"{{{ASSERTION}}}{name}"


def samlp(name: str) -> str:
    return f"{{{PROTOCOL}}}{name}"


def md(name: str) -> str:
    return f"{{{METADATA}}}{name}"


def ds(name: str) -> str:
    return f"{{{SIGNATURE}}}{name}"


def xenc(name: str) -> str:
    return f"{{{ENCRYPTION}}}{name}"
