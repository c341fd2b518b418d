"""XML signatures in the one form that SAML has (SAML core §5.4): enveloped, over the whole message, by one reference.

Who signs a message is not found by looking for what a reference names. The signature has its one place below the root,
its reference has to be the root's, and what is given back is read anew from the very octets that were digested. So
nothing that is not signed is ever looked at, wherever it stands (signature wrapping).
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from copy import deepcopy

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from lxml import etree

from idp.saml import names
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.keys import SamlKey, VerifyingKey
from idp.saml.names import ds
from idp.saml.reading import Element, canonical, tree

ALGORITHMS: dict[str, tuple[type, hashes.HashAlgorithm]] = {
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256": (rsa.RSAPublicKey, hashes.SHA256()),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384": (rsa.RSAPublicKey, hashes.SHA384()),
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512": (rsa.RSAPublicKey, hashes.SHA512()),
}
"""Of signatures that are believed; SHA-1 is not. No MAC is among them: a certificate is no secret."""
DIGESTS = {
    names.SHA256: "sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384": "sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512": "sha512",
}


def verifies(signature: bytes, octets: bytes, algorithm: str, keys: Sequence[VerifyingKey]) -> bool:
    """Whether one of the keys signed the octets."""
    kind, digest = ALGORITHMS.get(algorithm, (None, None))
    if kind is None or digest is None:
        return False
    for key in keys:
        try:
            if isinstance(key, kind):
                key.verify(signature, octets, padding.PKCS1v15(), digest)
                return True
        except InvalidSignature:
            continue
    return False


def signed_by(root: Element, keys: Sequence[VerifyingKey]) -> Element:
    """What one of the keys signed, read anew. Raises RequestRefused: SIGNATURE_WRONG for all but the one form."""
    found = [*root.iter(ds("Signature"))]
    if len(found) != 1 or found[0].getparent() is not root or root.index(found[0]) != 1:
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    (signature,) = found
    info, value = _parts(signature)
    algorithm, digest, expected = _read(info, root.get("ID"))
    octets = canonical(_without_signature(root))
    if not hmac.compare_digest(hashlib.new(digest, octets).digest(), expected):
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    if not verifies(value, canonical(info), algorithm, keys):
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    return tree(octets)


def _parts(signature: Element) -> tuple[Element, bytes]:
    """What is signed and the signature's value. A key that the message brings along is not looked at."""
    children = [*signature]
    tags = [child.tag for child in children]
    if tags not in (
        [ds("SignedInfo"), ds("SignatureValue")],
        [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")],
    ):
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    return children[0], _octets(children[1])


def _read(info: Element, name: str | None) -> tuple[str, str, bytes]:
    """Algorithm, digest and its value, of a `SignedInfo` that says what all of ours say."""
    if [child.tag for child in info] != [
        ds("CanonicalizationMethod"),
        ds("SignatureMethod"),
        ds("Reference"),
    ]:
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    method, algorithm, reference = info
    if [child.tag for child in reference] != [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]:
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    transforms, digest, value = reference
    steps = [(step.tag, step.get("Algorithm"), len(step)) for step in transforms]
    fine = (
        bool(name)
        and reference.get("URI") == f"#{name}"
        and (method.get("Algorithm"), len(method), len(algorithm), len(digest)) == (names.EXCLUSIVE, 0, 0, 0)
        and steps == [(ds("Transform"), names.ENVELOPED, 0), (ds("Transform"), names.EXCLUSIVE, 0)]
        and digest.get("Algorithm") in DIGESTS
    )
    if not fine:
        raise RequestRefused(Unsafe.SIGNATURE_WRONG)
    return algorithm.get("Algorithm", ""), DIGESTS[digest.get("Algorithm")], _octets(value)


def _octets(element: Element) -> bytes:
    try:
        return b64decode("".join((element.text or "").split()), validate=True)
    except (NotBase64, ValueError) as error:
        raise RequestRefused(Unsafe.SIGNATURE_WRONG) from error


def _without_signature(root: Element) -> Element:
    """A copy without its signature, which takes no text along that stands behind it."""
    bare = deepcopy(root)
    signature = bare[1]
    behind = signature.tail or ""
    bare.remove(signature)
    if behind:
        bare[0].tail = (bare[0].tail or "") + behind
    return bare


def sign(element: Element, key: SamlKey, place: int) -> None:
    """Sign an element of ours that has an `ID`; the signature becomes the child at `place`."""
    digest = b64encode(hashlib.sha256(canonical(element)).digest()).decode()
    signature = etree.Element(ds("Signature"), nsmap={"ds": names.SIGNATURE})
    info = etree.SubElement(signature, ds("SignedInfo"))
    etree.SubElement(info, ds("CanonicalizationMethod"), Algorithm=names.EXCLUSIVE)
    etree.SubElement(info, ds("SignatureMethod"), Algorithm=names.RSA_SHA256)
    reference = etree.SubElement(info, ds("Reference"), URI=f"#{element.get('ID')}")
    transforms = etree.SubElement(reference, ds("Transforms"))
    etree.SubElement(transforms, ds("Transform"), Algorithm=names.ENVELOPED)
    etree.SubElement(transforms, ds("Transform"), Algorithm=names.EXCLUSIVE)
    etree.SubElement(reference, ds("DigestMethod"), Algorithm=names.SHA256)
    etree.SubElement(reference, ds("DigestValue")).text = digest
    value = key.private.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    etree.SubElement(signature, ds("SignatureValue")).text = b64encode(value).decode()
    data = etree.SubElement(etree.SubElement(signature, ds("KeyInfo")), ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = key.certificate_text
    element.insert(place, signature)
