import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login.entered import fault
from idp.login.refusal import Refusal


@pytest.mark.parametrize(
    ("login", "password", "refusal"),
    [
        ("", "x", Refusal.LOGIN_EMPTY),
        ("  \t", "x", Refusal.LOGIN_EMPTY),
        ("jana", "", Refusal.PASSWORD_EMPTY),
        ("ja\x00na", "x", Refusal.LOGIN_UNUSABLE),
        ("jana\n", "x", Refusal.LOGIN_UNUSABLE),
        ("jana\u2028", "x", Refusal.LOGIN_UNUSABLE),
        ("j" * 257, "x", Refusal.LOGIN_UNUSABLE),
        ("jana", "\x00", Refusal.PASSWORD_UNUSABLE),
        ("jana", "heslo\x00jine", Refusal.PASSWORD_UNUSABLE),
        ("jana", "x" * 1025, Refusal.PASSWORD_UNUSABLE),
        ("jana", "x" * 64, None),
        ("jana", "heslo s mezerou a ěščřžýáíé \U0001f600", None),
        ("*)(uid=*", "x", None),  # unusual, but the directory escapes it
    ],
)
def test_input_is_refused_before_the_directory_sees_it(login, password, refusal):
    assert fault(login, password) == refusal


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_input_has_a_verdict(login, password):
    verdict = fault(login, password)
    assert verdict is None or isinstance(verdict, Refusal)
    if verdict is None:
        assert "\x00" not in login + password
        assert password
        assert login.strip()
