import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.entries import entry, identity_of, name_of
from idp.directory.errors import EntryUnusable

SOMEBODY = uuid.UUID("0c5d8a52-1111-4222-8333-444455556666")


def test_attribute_names_are_compared_without_case_and_values_of_both_spellings_count():
    read = entry("dc=x", {"CN": [b"a"], "cn": [b"b"]})
    assert read.values("Cn") == (b"a", b"b")


def test_a_language_option_makes_another_attribute():
    read = entry("dc=x", {"cn;lang-cs": [b"Jana"], "cn": [b"Jane"]})
    assert name_of(read) == "Jane"
    with pytest.raises(EntryUnusable, match="cn is missing"):
        name_of(entry("dc=x", {"cn;lang-cs": [b"Jana"]}))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ([b"a", b"b"], "2 values"),
        ([], "missing"),
        ([b"   "], "missing"),
        ([b"\xff"], "not UTF-8"),
        ([b"a\x00b"], "control characters"),
        ([b"a\nSet-Cookie: x"], "control characters"),
        ([b"\x1b[31m"], "control characters"),
        ([b"a" * 2000], "too long"),
    ],
)
def test_a_name_that_cannot_be_relied_on_is_refused(values: list[bytes], what: str):
    with pytest.raises(EntryUnusable, match=what):
        name_of(entry("uid=a,dc=x", {"cn": values}))


@given(st.binary(max_size=40))
def test_text_is_either_given_back_exactly_or_refused(value: bytes):
    try:
        text = entry("dc=x", {"cn": [value]}).text("cn")
    except EntryUnusable:
        return
    assert text.encode() == value


def test_identities_are_canonical_in_both_forms():
    assert identity_of(entry("dc=x", {"entryUUID": [str(SOMEBODY).upper().encode()]}), "entryUUID") == str(
        SOMEBODY
    )
    assert identity_of(entry("dc=x", {"objectGUID": [SOMEBODY.bytes_le]}), "objectGUID") == str(SOMEBODY)


@pytest.mark.parametrize("values", [[], [b"short"], [b"a" * 16, b"b" * 16]])
def test_an_identity_that_is_none_is_refused(values: list[bytes]):
    for attribute in ("objectGUID", "entryUUID"):
        with pytest.raises(EntryUnusable):
            identity_of(entry("dc=x", {attribute: values}), attribute)
