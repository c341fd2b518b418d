import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.tunnels.keys import FEW, NoTunnelKey, P, PrivateKey, key_of_octets, octets_of, tunnel_key

KEY = PrivateKey(bytes(range(32))).public


def test_a_public_key_is_known_by_its_one_text() -> None:
    assert tunnel_key(KEY) == KEY
    assert key_of_octets(octets_of(KEY)) == KEY


@pytest.mark.parametrize(
    "text",
    [
        "",
        KEY[:-1],
        f"{KEY}\n",
        f" {KEY}",
        f"{KEY[:20]}!{KEY[20:]}",
        KEY.rstrip("="),
        KEY.replace("=", "=="),
        base64.b64encode(bytes(31)).decode(),
        base64.b64encode(bytes(33)).decode(),
        octets_of(KEY).hex(),
        "ž" * 44,
    ],
)
def test_every_other_text_is_refused(text: str) -> None:
    with pytest.raises(NoTunnelKey):
        tunnel_key(text)


def test_the_last_letter_may_not_hide_bits() -> None:
    """Its two lowest bits are none of the key's: four texts would say one key."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    at = letters.index(KEY[42])
    with pytest.raises(NoTunnelKey, match="otherwise"):
        tunnel_key(KEY[:42] + letters[at + 1] + "=")


@given(st.text(max_size=60))
def test_whatever_is_taken_is_its_own_text(text: str) -> None:
    try:
        key = tunnel_key(text)
    except NoTunnelKey:
        return
    assert base64.b64encode(octets_of(key)).decode() == text


@pytest.mark.parametrize("point", sorted(FEW))
def test_a_point_with_which_every_secret_is_the_same_is_refused(point: int) -> None:
    octets = point.to_bytes(32, "little")
    with pytest.raises(ValueError, match=r"."):
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(octets))
    with pytest.raises(NoTunnelKey, match="no secret"):
        key_of_octets(octets)


@pytest.mark.parametrize("octets", [(P + 9).to_bytes(32, "little"), octets_of(KEY)[:31] + b"\xff"])
def test_a_second_name_of_a_point_is_refused(octets: bytes) -> None:
    with pytest.raises(NoTunnelKey, match="another name"):
        key_of_octets(octets)


def test_a_private_key_shows_itself_to_nobody_by_chance() -> None:
    key = PrivateKey.generate()
    assert key.base64() not in repr(key)
    assert key.reveal().hex() not in repr(key)
    assert PrivateKey(key.reveal()).public == key.public
    with pytest.raises(ValueError, match="32 octets"):
        PrivateKey(b"short")
