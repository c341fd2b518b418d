from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.form_fields import MULTIPART, URLENCODED, CannotBeKept, Field, read_fields

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
BOUNDARY = "----WebKitFormBoundaryABC"


def multipart(*parts: tuple[str, bytes]) -> tuple[str, bytes]:
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + octets + b"\r\n"
        for head, octets in parts
    )
    return f"{MULTIPART}; boundary={BOUNDARY}", body + f"--{BOUNDARY}--\r\n".encode()


@given(st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_what_a_browser_encodes_is_read_as_it_was_typed(pairs: list[tuple[str, str]]) -> None:
    read = read_fields(URLENCODED, urlencode(pairs).encode())
    assert [(field.name, field.value) for field in read.fields] == pairs


def test_parts_are_read_in_order_and_an_empty_place_for_a_file_stays_one() -> None:
    read = read_fields(
        *multipart(
            ('name="předmět"', "Žádost o sál\r\nna úterý".encode()),
            ('name="priloha"; filename=""\r\nContent-Type: application/octet-stream', b""),
        )
    )
    assert read.enctype == MULTIPART
    assert list(read.fields) == [
        Field("předmět", "Žádost o sál\r\nna úterý"),
        Field("priloha", "", file=True),
    ]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        multipart(('name="priloha"; filename="a.pdf"\r\nContent-Type: application/pdf', b"%PDF-1.7")),
        multipart(('name="a"', b"\xe8")),
        multipart(("", b"x")),
        (f"{MULTIPART}; boundary=none", b"no parts"),
        (MULTIPART, b"--x\r\n"),
        (URLENCODED, b"a=%E8"),
        (URLENCODED, b"a=%00"),
        (URLENCODED, b"&".join(b"a=1" for _ in range(1_001))),
        ("text/plain", b"a=1\r\n"),
        ("application/json", b"{}"),
        ("", b""),
    ],
)
def test_what_a_page_could_not_send_again_as_it_was_is_not_kept(content_type: str, body: bytes) -> None:
    with pytest.raises(CannotBeKept):
        read_fields(content_type, body)


@given(st.binary(max_size=300))
def test_no_octets_bring_anything_but_fields_or_that(body: bytes) -> None:
    for kind in (URLENCODED, f"{MULTIPART}; boundary=x"):
        try:
            read_fields(kind, body)
        except CannotBeKept:
            continue


def test_passwords_and_what_means_nothing_to_a_person_are_not_shown() -> None:
    assert [Field(name, "x").shown for name in ("heslo", "csrf_token", "předmět")] == ["", "", "x"]
    assert Field("text", "a" * 301).shown == "a" * 300 + "…"
