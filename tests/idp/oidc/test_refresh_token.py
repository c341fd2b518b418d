"""The form of refresh tokens."""

from hypothesis import given
from hypothesis import strategies as st

from idp.oidc.refresh_token import new_family, read


def test_a_token_is_read_back_and_its_successor_is_of_the_same_family() -> None:
    token = new_family()
    assert read(token.text()) == token
    later = token.next()
    assert later.parts().family == token.parts().family
    assert not later.parts().has(token.parts().secret)
    assert later.parts().has(later.parts().secret)
    assert token.family not in repr(token)
    assert token.secret not in repr(token)


@given(st.text(max_size=100))
def test_any_text_has_a_reading(text: str) -> None:
    token = read(text)
    assert token is None or token.text() == text
