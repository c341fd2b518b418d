import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.directory.filters import all_of, any_of, equal, escaped, identity


def unescaped(text: str) -> bytes:
    """The reader of RFC 4515 §3: an octet, or a backslash and two hexadecimal digits."""
    octets, position = bytearray(), 0
    while position < len(text):
        if text[position] == "\\":
            octets.append(int(text[position + 1 : position + 3], 16))
            position += 3
        else:
            octets.append(ord(text[position]))
            position += 1
    return bytes(octets)


@given(st.one_of(st.binary(), st.text().filter(lambda text: text.isprintable()).map(str.encode)))
@example(b"*)(uid=*))(|(uid=*")
@example(b"\x00\xff\\")
def test_an_escaped_value_reads_back_and_holds_no_syntax(value: bytes):
    text = escaped(value)
    assert unescaped(text) == value
    assert text.isascii()
    assert not set(text) & set("()*\0&|!~<>")


def test_an_attribute_name_cannot_bring_syntax_with_it():
    for name in ("", "uid)(x", "uid;binary", "ú", "*", "1.2.", "uid=a"):
        with pytest.raises(ValueError, match="not the name"):
            equal(name, "x")
    assert equal("1.2.840.113556", "x") == "(1.2.840.113556=x)"


def test_filters_nest():
    assert all_of([equal("uid", "a(b"), any_of([])]) == "(&(uid=a\\28b)(|))"


@given(st.uuids())
def test_an_object_guid_is_asked_for_by_its_octets(subject: uuid.UUID):
    asked = identity("objectGUID", str(subject))
    assert uuid.UUID(bytes_le=unescaped(asked.removeprefix("(objectGUID=")[:-1])) == subject
    assert identity("entryUUID", str(subject)) == f"(entryUUID={subject})"
