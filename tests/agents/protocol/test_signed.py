"""What a device signs is read as that, by its key alone, or not at all."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from agents.protocol.messages import Begin
from agents.protocol.signed import LONGEST, NotSigned, device_of, opened, unverified
from agents.protocol.signing import Kind, signed, signing

KEY, ANOTHER = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
SAID = Begin(code="ABCD-1234", key=b"a public key")
TOKEN = signed(Kind.REPORT, "d-1", SAID, signing(KEY))


def encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def with_header(header: object) -> str:
    """Signed rightly over another header."""
    begins = f"{encoded(msgspec.json.encode(header))}.{TOKEN.split('.')[1]}"
    halves = decode_dss_signature(signing(KEY)(begins.encode()))
    return f"{begins}.{encoded(b''.join(half.to_bytes(32) for half in halves))}"


def test_what_was_signed_is_read_again():
    assert device_of(TOKEN) == "d-1"
    assert opened(Kind.REPORT, TOKEN, KEY.public_key(), Begin) == SAID


def test_the_key_of_another_device_opens_nothing():
    with pytest.raises(NotSigned):
        opened(Kind.REPORT, TOKEN, ANOTHER.public_key(), Begin)


def test_one_kind_is_not_read_as_another():
    with pytest.raises(NotSigned):
        opened(Kind.ENROLMENT, TOKEN, KEY.public_key(), Begin)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "typ": Kind.REPORT, "kid": "d-1"},
        {"alg": "HS256", "typ": Kind.REPORT, "kid": "d-1"},
        {"alg": "ES384", "typ": Kind.REPORT, "kid": "d-1"},
        {"alg": "ES256", "kid": "d-1"},
        {"alg": "ES256", "typ": Kind.REPORT, "kid": "d-1", "crit": ["exp"], "exp": 1},
        {"alg": "ES256", "typ": Kind.REPORT, "kid": "d-1", "crit": [1]},
        {"alg": "ES256", "typ": [Kind.REPORT], "kid": "d-1"},
        ["ES256"],
    ],
)
def test_another_header_is_refused_however_well_it_is_signed(header):
    with pytest.raises(NotSigned):
        opened(Kind.REPORT, with_header(header), KEY.public_key(), Begin)


@pytest.mark.parametrize("kid", [None, 7, ["d-1"], {"d": 1}])
def test_a_name_that_is_no_text_names_no_device(kid):
    with pytest.raises(NotSigned):
        device_of(with_header({"alg": "ES256", "typ": Kind.REPORT, "kid": kid}))


def test_a_key_on_another_curve_is_refused():
    with pytest.raises(NotSigned):
        opened(Kind.REPORT, TOKEN, generate_private_key(SECP384R1()).public_key(), Begin)


def test_what_is_too_long_is_not_read():
    longer = signed(Kind.REPORT, "d-1", Begin(code="x" * LONGEST, key=b""), signing(KEY))
    with pytest.raises(NotSigned):
        device_of(longer)
    with pytest.raises(NotSigned):
        opened(Kind.REPORT, longer, KEY.public_key(), Begin)


def test_what_is_signed_but_says_something_else_is_refused():
    class Other(msgspec.Struct):
        code: int

    with pytest.raises(NotSigned):
        opened(Kind.REPORT, signed(Kind.REPORT, "d-1", Other(7), signing(KEY)), KEY.public_key(), Begin)


READERS = (
    device_of,
    lambda one: unverified(one, Begin),
    lambda one: opened(Kind.REPORT, one, KEY.public_key(), Begin),
)
NAMES = st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "x5c", "zip"]) | st.text()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["ES256", Kind.REPORT, "none", "b64"]),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@pytest.mark.parametrize("deep", [1_100, 8_000])
@pytest.mark.parametrize("read", READERS)
def test_what_is_nested_deeply_is_refused_as_any_other(read, deep):
    said = b'{"x":' + b"[" * deep + b"]" * deep + b"}"
    with pytest.raises(NotSigned):
        read(".".join(_part(one) for one in (said, said, b"s" * 64)))
    header = b'{"alg":"ES256","typ":"report"}'
    with pytest.raises(NotSigned):
        read(".".join(_part(one) for one in (header, said, b"s" * 64)))


def _part(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii", exclude_characters="="))
def test_whichever_character_is_changed_it_is_refused_or_says_the_same(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    try:
        read = opened(Kind.REPORT, changed, KEY.public_key(), Begin)
    except NotSigned:
        return
    assert read == SAID
    # The last characters of each part hold bits that stand for nothing.
    assert [urlsafe_b64decode(part + "==") for part in changed.split(".")] == [
        urlsafe_b64decode(part + "==") for part in TOKEN.split(".")
    ]


@given(st.text() | st.binary().map(lambda one: one.decode("latin-1")))
def test_junk_is_refused_and_nothing_else_happens(text):
    for read in READERS:
        with pytest.raises(NotSigned):
            read(text)


@given(st.dictionaries(NAMES, VALUES))
def test_whatever_stands_in_a_header_it_is_read_or_refused(header):
    for read in READERS:
        with suppress(NotSigned):
            read(with_header(header))


@pytest.mark.parametrize("deep", [900, 1_100, 12_000])
def test_what_is_nested_too_deeply_is_refused(deep):
    nested = b'{"further":' + b"[" * deep + b"]" * deep + b"}"
    begins, said, signature = TOKEN.split(".")
    with pytest.raises(NotSigned):
        unverified(f"{begins}.{encoded(nested)}.{signature}", Begin)
    for read in (device_of, lambda token: opened(Kind.REPORT, token, KEY.public_key(), Begin)):
        with pytest.raises(NotSigned):
            read(f"{encoded(nested)}.{said}.{signature}")
