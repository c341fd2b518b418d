"""Bytes of the orders, read again by rules written down apart from them (the encoding of Protocol Buffers)."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.streams.orders import GO_ON, TRAILERS_PASS, end

Read = list[tuple[int, "int | bytes"]]


def read(data: bytes) -> Read:
    found: Read = []
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(data):
        tag = varint()
        number, kind = tag >> 3, tag & 7
        value = varint()
        if kind == 2:
            assert at + value <= len(data)
            found.append((number, data[at : at + value]))
            at += value
        else:
            assert kind == 0
            found.append((number, value))
    return found


def only(data: bytes, number: int) -> bytes:
    ((found, value),) = [one for one in read(data) if one[0] == number]
    assert found == number
    assert isinstance(value, bytes)
    return value


def test_going_on_is_an_answer_to_the_headers_that_changes_nothing() -> None:
    assert read(GO_ON) == [(1, b"")]
    assert read(TRAILERS_PASS) == [(6, b"")]


@given(st.from_regex(r"[a-z_]{1,300}", fullmatch=True))
def test_an_end_is_401_with_the_reason_for_the_client_and_for_the_log(reason: str) -> None:
    immediate = only(end(reason), 7)
    assert read(only(immediate, 1)) == [(1, 401)]
    header = only(only(only(immediate, 2), 1), 1)
    assert read(header) == [(1, b"x-brana-reason"), (3, reason.encode())]
    assert only(immediate, 5) == f"brana_cut_{reason}".encode()
