import io
import re

import ldif as reference
from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.ldif import hashed, line, record


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_a_value_is_read_back_whole(value: bytes):
    text = record("dc=x", [("description", value)])
    parsed = reference.LDIFRecordList(io.StringIO(text))
    parsed.parse()
    assert parsed.all_records == [("dc=x", {"description": [value]})]


@given(st.text(max_size=60))
def test_a_value_never_begins_a_line_of_its_own(value: str):
    assert re.fullmatch(r"cn::? ?[ -~]*\n", line("cn", value))


def test_hashes_are_salted_argon2id():
    first, second = hashed("heslo"), hashed("heslo")
    assert first != second
    assert first.startswith("{ARGON2}$argon2id$v=19$")
