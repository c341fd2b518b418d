"""A signed request that somebody took to pieces and put together again: what is believed is what was signed."""

from base64 import b64encode
from copy import deepcopy
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from idp.saml.arrival import Arrived, by_post
from idp.saml.errors import RequestRefused
from idp.saml.names import ds
from idp.saml.request import AuthnRequest, read
from tests.rig.service_provider import (
    ENTITY,
    NOON,
    OTHER_ACS,
    contexts,
    key,
    party,
    request,
    signed,
)

ANOTHER = "https://jiny.obec.test"
KNOWN = {
    ENTITY: party(signs=True),
    ANOTHER: party(entity_id=ANOTHER, signs=True, keys=(key(3).private.public_key(),)),
}
GENUINE = signed(request(NOON, contexts("urn:brana:acr:phishing-resistant"), ForceAuthn="true"))
FORGED = request(NOON, ID="_evil", AssertionConsumerServiceURL=OTHER_ACS)
NAMES = ("ID", "Id", "id", "{http://www.w3.org/XML/1998/namespace}id", "URI", "Destination", "Consent")
TEXTS = ("_evil", "_request-1", "#_evil", "#_request-1", "", " ", ANOTHER, OTHER_ACS)


def arrives(text: bytes) -> Arrived[AuthnRequest]:
    return by_post([("SAMLRequest", b64encode(text).decode())], KNOWN, read)


def wrapped(root: etree._Element, at: etree._Element, draw: Random) -> etree._Element:
    around = etree.Element(draw.choice([*root.iter()]).tag)
    parent = at.getparent()
    if parent is not None:
        parent.replace(at, around)
    around.append(at)
    return root if parent is not None else around


def moved(root: etree._Element, at: etree._Element, draw: Random) -> etree._Element:
    """A part, or a copy of it, to anywhere; or away."""
    copy = deepcopy(at)
    if at is not root and draw.random() < 0.5:
        at.getparent().remove(at)
    if draw.random() < 0.8:
        into = draw.choice([*root.iter()])
        into.insert(draw.randrange(len(into) + 1), copy)
    return root


def renamed(root: etree._Element, at: etree._Element, draw: Random) -> etree._Element:
    at.set(draw.choice(NAMES), draw.choice(TEXTS))
    if draw.random() < 0.3:
        at.text, at.tail = draw.choice(TEXTS), draw.choice(TEXTS)
    if draw.random() < 0.2:
        at.tag = draw.choice([*root.iter()]).tag
    return root


def forged(root: etree._Element, _at: etree._Element, draw: Random) -> etree._Element:
    """Another request, with the signature of the genuine one, or all of it, at some place."""
    made = etree.fromstring(FORGED)
    if draw.random() < 0.5:
        made.set("ID", "_request-1")
    signature = root.find(ds("Signature"))
    if signature is not None:
        made.insert(1, deepcopy(signature))
        draw.choice([*made.iter()]).append(deepcopy(root))
    return made


CHANGES = (wrapped, moved, renamed, forged)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_whatever_is_done_to_it_nothing_is_believed_but_what_was_signed(seed: int) -> None:
    draw, root, genuine = Random(seed), etree.fromstring(GENUINE), arrives(GENUINE.encode())
    assert genuine.signed
    for _ in range(draw.randint(1, 3)):
        root = draw.choice(CHANGES)(root, draw.choice([*root.iter()]), draw)
    try:
        believed = arrives(etree.tostring(root))
    except RequestRefused:
        return
    assert (believed.request, believed.provider, believed.signed) == (genuine.request, genuine.provider, True)
