"""Which attributes a filter asks about, as libldap understands it: it is the one that sends the filter.

Source: RFC 4511 §4.5.1.7 (the filter in BER, which libldap makes of the text).
"""

from collections.abc import Iterator

import ldap
from ldap.controls.libldap import AssertionControl

from config.vocabulary import GROUPS_OF_A_PERSON
from idp.directory.filters import Filter

AND, OR, NOT, PRESENT, EXTENSIBLE = 0xA0, 0xA1, 0xA2, 0x87, 0xA9
TYPE_OF_EXTENSIBLE = 0x82
ANY = ""
"""In place of an attribute: a matching rule that is tried on all of them."""


def attributes_in(where: Filter) -> frozenset[str]:
    """In lower case and without options, ANY among them; ValueError for what libldap takes for no filter."""
    try:
        octets = AssertionControl(True, where).encodeControlValue()
    except ldap.LDAPError as error:
        raise ValueError(f"{where!r} is no filter (RFC 4515)") from error
    return frozenset(name.decode().partition(";")[0].lower() for name in _attributes(octets))


def asks_about_groups(where: Filter) -> bool:
    """Whether somebody may come under it, or leave it, by a change of a group, which leaves no trace at the person.

    What is no filter asks about nothing; the server will say so.
    """
    try:
        return not attributes_in(where).isdisjoint({*GROUPS_OF_A_PERSON, ANY})
    except ValueError:
        return False


def _attributes(octets: bytes) -> Iterator[bytes]:
    for tag, content in _elements(octets):
        if tag in {AND, OR, NOT}:
            yield from _attributes(content)
        elif tag == PRESENT:
            yield content
        elif tag == EXTENSIBLE:
            yield dict(_elements(content)).get(TYPE_OF_EXTENSIBLE, ANY.encode())
        else:  # an assertion of a value begins with the attribute
            yield next(value for _, value in _elements(content))


def _elements(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Tags and contents, one after another; lengths are definite (RFC 4511 §5.1)."""
    at = 0
    while at < len(octets):
        tag, length = octets[at], octets[at + 1]
        at += 2
        if length & 0x80:
            more = length & 0x7F
            length = int.from_bytes(octets[at : at + more], "big")
            at += more
        yield tag, octets[at : at + length]
        at += length
