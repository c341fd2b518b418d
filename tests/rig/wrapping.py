"""Signature wrapping: a signed request within a forged one, in the eight ways that are known (XSW1 to XSW8).

After Somorovsky et al., On Breaking SAML: Be Whoever You Want to Be (USENIX Security 2012).
"""

from copy import deepcopy

from lxml import etree

from idp.saml.names import ds, samlp
from idp.saml.reading import tree
from tests.rig.service_provider import NOON, OTHER_ACS, signed
from tests.rig.service_provider import request as asked

EVIL = {"ID": "_evil", "AssertionConsumerServiceURL": OTHER_ACS, "ForceAuthn": "true"}


def genuine() -> etree._Element:
    return tree(signed(asked(NOON)).encode())


def evil() -> etree._Element:
    return tree(asked(NOON, **EVIL).encode())


def _signature(root: etree._Element) -> etree._Element:
    return root.find(ds("Signature"))


def _stripped(root: etree._Element) -> etree._Element:
    copy = deepcopy(root)
    copy.remove(_signature(copy))
    return copy


def wrapped_1() -> etree._Element:
    """XSW1: the original lies within the signature of the forged one."""
    forged, original = evil(), genuine()
    signature = deepcopy(_signature(original))
    signature.append(_stripped(original))
    forged.insert(1, signature)
    return forged


def wrapped_2() -> etree._Element:
    """XSW2: signature and original stand beside each other within the forged one."""
    forged, original = evil(), genuine()
    forged.insert(1, deepcopy(_signature(original)))
    forged.append(_stripped(original))
    return forged


def wrapped_3() -> etree._Element:
    """XSW3: the original, with its signature, before the forged one's own parts."""
    forged = evil()
    forged.insert(0, genuine())
    return forged


def wrapped_4() -> etree._Element:
    """XSW4: the original, with its signature, behind them."""
    forged = evil()
    forged.append(genuine())
    return forged


def wrapped_5() -> etree._Element:
    """XSW5: the forged one keeps the signature, and the name of the original, which follows."""
    forged, original = evil(), genuine()
    forged.set("ID", original.get("ID"))
    forged.insert(1, deepcopy(_signature(original)))
    forged.append(_stripped(original))
    return forged


def wrapped_6() -> etree._Element:
    """XSW6: the same, with the original within the signature."""
    forged = wrapped_1()
    forged.set("ID", "_request-1")
    return forged


def _within(name: str) -> etree._Element:
    forged, original = evil(), genuine()
    forged.insert(1, deepcopy(_signature(original)))
    holder = etree.SubElement(forged, name)
    holder.append(_stripped(original))
    return forged


def wrapped_7() -> etree._Element:
    """XSW7: the original in an `Extensions`, which schemas let hold anything."""
    return _within(samlp("Extensions"))


def wrapped_8() -> etree._Element:
    """XSW8: the original in an `Object` of the signature."""
    forged, original = evil(), genuine()
    signature = deepcopy(_signature(original))
    etree.SubElement(signature, ds("Object")).append(_stripped(original))
    forged.insert(1, signature)
    return forged


WRAPPED = (
    wrapped_1,
    wrapped_2,
    wrapped_3,
    wrapped_4,
    wrapped_5,
    wrapped_6,
    wrapped_7,
    wrapped_8,
)
