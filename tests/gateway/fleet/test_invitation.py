from hypothesis import given
from hypothesis import strategies as st

from gateway.fleet.invitation import CODE, FINGERPRINT, Invitation, kept_as, new_invitation, read, written


@given(st.binary(min_size=CODE, max_size=CODE), st.binary(min_size=FINGERPRINT, max_size=FINGERPRINT))
def test_what_is_written_is_read_again(code: bytes, fingerprint: bytes) -> None:
    word = written(Invitation(code, fingerprint))
    assert read(word) == Invitation(code, fingerprint)
    assert read(f" {word[:20]}\n{word[20:]} ") == Invitation(code, fingerprint)


@given(st.text())
def test_no_other_text_is_a_code(text: str) -> None:
    found = read(text)
    assert found is None or written(found).strip("=") == "".join(text.split()).strip("=")


def test_a_code_is_random_is_kept_as_a_hash_and_shows_itself_to_nobody() -> None:
    one, other = new_invitation(b"f" * FINGERPRINT), new_invitation(b"f" * FINGERPRINT)
    assert one.code != other.code
    assert one.code not in kept_as(one.code)
    assert repr(one) == "Invitation(…)"
    assert one.vouches_for(b"f" * FINGERPRINT)
    assert not one.vouches_for(b"g" * FINGERPRINT)
