"""From what a browser brought to a tree of XML that holds nothing but elements, attributes and text.

A document type, entities, comments, CDATA sections and processing instructions all begin with signs that mean nothing
else in XML. A message that has them anywhere is refused before a parser sees it: what is not there cannot be expanded,
fetched, or read in two ways.
"""

import binascii
import zlib
from base64 import b64decode
from typing import Any

from lxml import etree

from idp.saml.errors import RequestRefused, Unsafe

MOST = 12 * 1024  # bytes of a message; honest ones with a signature take 4 KiB, and forms end at 16 KiB
RAW_DEFLATE = -15  # window bits of RFC 1951 without a header (SAML bindings §3.4.4.1)
DECLARATION = "<?xml "

Element = Any
"""lxml brings no types."""


def posted(text: str) -> bytes:
    """A message of the POST binding (SAML bindings §3.5.4). Raises RequestRefused."""
    data = _decoded(text)
    if len(data) > MOST:
        raise RequestRefused(Unsafe.UNREADABLE)
    return data


def redirected(text: str) -> bytes:
    """A message of the Redirect binding (§3.4.4.1), never inflated beyond what is read. Raises RequestRefused."""
    inflating = zlib.decompressobj(RAW_DEFLATE)
    try:
        data = inflating.decompress(_decoded(text), MOST + 1)
    except zlib.error as error:
        raise RequestRefused(Unsafe.UNREADABLE) from error
    if len(data) > MOST or not inflating.eof or inflating.unused_data:
        raise RequestRefused(Unsafe.UNREADABLE)
    return data


def _decoded(text: str) -> bytes:
    try:
        return b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestRefused(Unsafe.UNREADABLE) from error


def tree(data: bytes) -> Element:
    """The root. Raises RequestRefused."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRefused(Unsafe.UNREADABLE) from error
    if "<!" in text or "\x00" in text or text.rfind("<?") > 0:
        raise RequestRefused(Unsafe.UNREADABLE)
    if text.startswith("<?") and not text.startswith(DECLARATION):
        raise RequestRefused(Unsafe.UNREADABLE)
    # the declaration's own encoding does not count: what was looked at above is what is read
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise RequestRefused(Unsafe.UNREADABLE) from error


def canonical(element: Element) -> bytes:
    """Exclusive Canonical XML 1.0 without comments: the octets that are signed."""
    return bytes(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))


def text_of(element: Element) -> str:
    """Of an element that holds text alone. Raises RequestRefused."""
    if len(element):
        raise RequestRefused(Unsafe.UNREADABLE)
    return (element.text or "").strip()
