"""Messages that are no plain XML are refused before a parser sees them."""

import zlib
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.saml.errors import RequestRefused, Unsafe
from idp.saml.reading import MOST, canonical, posted, redirected, text_of, tree

DTD = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'


@pytest.mark.parametrize(
    "data",
    [
        f"{DTD}<a>&e;</a>".encode(),
        LAUGHS.encode(),
        f'<?xml version="1.0" encoding="UTF-16"?>{DTD}<a>&e;</a>'.encode("utf-16"),
        b"<a>admin<!-- -->.evil</a>",
        b"<a><![CDATA[x]]></a>",
        b"<a><?php x ?></a>",
        b"<?xml-stylesheet href='x'?><a/>",
        b'<?xml version="1.0"?><?x y?><a/>',
        b"<a>\x00</a>",
        b"<a>\xff</a>",
        b"<a>&nbsp;</a>",
        b"<a><b></a>",
        b"<a/><b/>",
        b"",
        b"<a>" * 2000 + b"</a>" * 2000,
    ],
)
def test_what_is_more_than_elements_attributes_and_text_is_refused(data: bytes) -> None:
    with pytest.raises(RequestRefused) as refused:
        tree(data)
    assert refused.value.reason is Unsafe.UNREADABLE


def test_a_declared_encoding_does_not_count() -> None:
    assert tree('<?xml version="1.0" encoding="ISO-8859-1"?><a>ř</a>'.encode()).text == "ř"


def test_a_name_that_a_comment_parts_is_not_read_in_part() -> None:
    with pytest.raises(RequestRefused):
        text_of(tree(b"<a>admin<b/>.evil</a>"))


@given(st.binary(max_size=200))
def test_whatever_octets_come_they_are_read_or_refused(data: bytes) -> None:
    for read in (tree, lambda octets: redirected(b64encode(octets).decode())):
        with suppress(RequestRefused):  # and nothing else
            read(data)


@given(st.text(max_size=50))
def test_whatever_text_comes_it_is_decoded_or_refused(text: str) -> None:
    for read in (posted, redirected):
        with suppress(RequestRefused):
            read(text)


def test_nothing_is_inflated_beyond_what_is_read() -> None:
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(b"a" * (50 * 1024 * 1024)) + packer.flush()
    with pytest.raises(RequestRefused):
        redirected(b64encode(bomb).decode())
    packer = zlib.compressobj(wbits=-15)
    small = packer.compress(b"a" * MOST) + packer.flush()
    assert redirected(b64encode(small).decode()) == b"a" * MOST
    for cut in (small[:-1], small + b"x"):
        with pytest.raises(RequestRefused):
            redirected(b64encode(cut).decode())


def test_reading_what_was_made_canonical_changes_nothing() -> None:
    octets = canonical(tree(b'<p:a xmlns:p="urn:p" xmlns:q="urn:q" b="1"  a="2"><p:b/>x</p:a>'))
    assert octets == b'<p:a xmlns:p="urn:p" a="2" b="1"><p:b></p:b>x</p:a>'
    assert canonical(tree(octets)) == octets
