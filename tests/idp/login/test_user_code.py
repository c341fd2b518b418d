import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login.handle import HandleHash
from idp.login.own_page import DEVICE, device_page, own_page
from idp.login.user_code import LENGTH, LETTERS, hashed_code, new_user_code, read_user_code, written

codes = st.text(LETTERS, min_size=LENGTH, max_size=LENGTH)


@given(codes)
def test_what_is_shown_is_read_however_it_is_typed(letters):
    code = read_user_code(letters)
    assert code == letters
    shown = written(code)
    for typed in (shown, shown.lower(), shown.replace("-", " "), f"  {shown[:4]} – {shown[5:]}\t"):
        assert read_user_code(typed) == code


@given(st.text(max_size=60))
def test_nothing_else_is_one(typed):
    code = read_user_code(typed)
    assert code is None or (len(code) == LENGTH and set(code) <= set(LETTERS))


@pytest.mark.parametrize("typed", ["", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ1", "B" * 10_000])
def test_what_is_too_short_too_long_or_of_other_letters_is_none(typed):
    assert read_user_code(typed) is None


def test_each_is_another_one():
    drawn = {new_user_code() for _ in range(200)}
    assert len(drawn) == 200
    assert len({hashed_code(code) for code in drawn}) == 200
    assert all(
        isinstance(hashed_code(code), bytes) and len(HandleHash(hashed_code(code))) == 32 for code in drawn
    )


@given(codes)
def test_a_sign_in_leads_back_to_the_code(letters):
    page = device_page(read_user_code(letters))
    assert own_page(page.kept) == page
    assert page.demanded == DEVICE.demanded


def test_no_address_but_that_of_a_code_is_led_to():
    assert own_page("/device?user_code=//evil.test") == DEVICE
    assert own_page("/device?user_code=BCDF-GHJK&next=//evil.test") == DEVICE
    assert own_page("/devices") is None
