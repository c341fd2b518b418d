"""Signed requests: what is believed is what was signed, wherever an attacker puts it."""

from base64 import b64encode
from collections.abc import Callable
from copy import deepcopy

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from idp.saml import names, request
from idp.saml.arrival import by_post
from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.names import ds, samlp
from idp.saml.reading import canonical, tree
from idp.saml.request import read
from idp.saml.signature import sign, signed_by
from tests.rig.service_provider import ACS, ENTITY, NOON, OTHER_ACS, key, party, posted, signed
from tests.rig.service_provider import request as asked
from tests.rig.wrapping import WRAPPED, genuine

KEYS = (key().private.public_key(),)


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_wrapping_a_signed_request_into_a_forged_one_is_refused(
    wrapped: Callable[[], etree._Element],
) -> None:
    forged = wrapped()
    with pytest.raises(RequestRefused) as refused:
        by_post(posted(etree.tostring(forged).decode()), {ENTITY: party()}, read)
    assert refused.value.reason in {Unsafe.SIGNATURE_WRONG, Unsafe.UNREADABLE}


def test_a_signed_request_is_read_from_what_was_signed() -> None:
    arrived = by_post(posted(signed(asked(NOON))), {ENTITY: party(signs=True)}, read)
    assert arrived.signed
    assert (arrived.request.id, arrived.request.address) == ("_request-1", ACS)
    assert request.read(signed_by(genuine(), KEYS)).id == "_request-1"


def _changed(path: str, attribute: str | None, value: str) -> etree._Element:
    root = genuine()
    (element,) = root.iter(path)
    if attribute is None:
        element.text = value
    else:
        element.set(attribute, value)
    return root


@pytest.mark.parametrize(
    "changed",
    [
        lambda: _changed(samlp("AuthnRequest"), "AssertionConsumerServiceURL", OTHER_ACS),
        lambda: _changed(samlp("AuthnRequest"), "ID", "_other"),
        lambda: _changed(ds("Reference"), "URI", ""),
        lambda: _changed(ds("Reference"), "URI", "#_other"),
        lambda: _changed(ds("DigestValue"), None, "AAAA"),
        lambda: _changed(ds("DigestValue"), None, "ř"),
        lambda: _changed(ds("SignatureValue"), None, "AAAA"),
        lambda: _changed(ds("DigestMethod"), "Algorithm", names.SIGNATURE + "sha1"),
        lambda: _changed(ds("SignatureMethod"), "Algorithm", names.SIGNATURE + "rsa-sha1"),
        lambda: _changed(ds("SignatureMethod"), "Algorithm", names.SIGNATURE + "hmac-sha1"),
        lambda: _changed(ds("CanonicalizationMethod"), "Algorithm", names.EXCLUSIVE + "WithComments"),
    ],
)
def test_whatever_is_changed_of_a_signed_request_is_seen(changed) -> None:
    with pytest.raises(RequestRefused) as refused:
        signed_by(changed(), KEYS)
    assert refused.value.reason is Unsafe.SIGNATURE_WRONG


def test_a_further_transform_is_refused_also_when_it_is_signed() -> None:
    root = tree(asked(NOON).encode())
    sign(root, key(), place=1)
    etree.SubElement(next(root.iter(ds("Transforms"))), ds("Transform"), Algorithm=names.EXCLUSIVE)
    with pytest.raises(RequestRefused):
        signed_by(root, KEYS)


def _resigned(change: Callable[[etree._Element], object]) -> etree._Element:
    """A service provider's own signature over a `SignedInfo` of another form."""
    root = genuine()
    info = next(root.iter(ds("SignedInfo")))
    change(info)
    value = key().private.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    next(root.iter(ds("SignatureValue"))).text = b64encode(value).decode()
    return root


def test_only_the_one_form_is_believed_also_of_who_may_sign() -> None:
    assert signed_by(_resigned(lambda info: None), KEYS) is not None
    one = names.EXCLUSIVE
    changes: list[Callable[[etree._Element], object]] = [
        lambda info: info.find(ds("Reference")).set("URI", ""),
        lambda info: info.find(ds("Reference")).set("URI", "#_other"),
        lambda info: info.append(deepcopy(info.find(ds("Reference")))),
        lambda info: etree.SubElement(next(info.iter(ds("Transforms"))), ds("Transform"), Algorithm=one),
        lambda info: next(info.iter(ds("Transforms"))).remove(next(info.iter(ds("Transform")))),
        lambda info: etree.SubElement(next(info.iter(ds("Transform"))), "{urn:x}InclusiveNamespaces"),
        lambda info: info[0].set("Algorithm", one + "WithComments"),
    ]
    for change in changes:
        with pytest.raises(RequestRefused) as refused:
            signed_by(_resigned(change), KEYS)
        assert refused.value.reason is Unsafe.SIGNATURE_WRONG


def test_a_key_that_the_message_brings_along_proves_nothing() -> None:
    with pytest.raises(RequestRefused) as refused:
        by_post(posted(signed(asked(NOON), by=key(1))), {ENTITY: party()}, read)
    assert (refused.value.reason, refused.value.provider) == (Unsafe.SIGNATURE_WRONG, ENTITY)


def test_two_signatures_are_refused() -> None:
    root = genuine()
    root.append(deepcopy(root.find(ds("Signature"))))
    with pytest.raises(RequestRefused):
        signed_by(root, KEYS)


def test_of_several_keys_any_may_have_signed() -> None:
    both = (key(1).private.public_key(), *KEYS)
    assert signed_by(genuine(), both).get("ID") == "_request-1"
