from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login import totp
from idp.login.entered import code_digits
from tests.rig.code_generator import code_at
from tests.rig.people import NOON

SECRET = totp.Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
moments = st.integers(1_500_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))

# RFC 6238 appendix B, SHA-1, secret "12345678901234567890"; the last six of the eight digits
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]


@pytest.mark.parametrize(("seconds", "code"), VECTORS)
def test_codes_are_those_of_the_rfc(seconds, code):
    moment = datetime.fromtimestamp(seconds, UTC)
    assert code_at(SECRET, moment) == code
    assert isinstance(totp.match(SECRET, code, moment), totp.Accepted)


@given(moments, st.integers(-1, 1))
def test_a_code_of_the_neighbouring_steps_is_accepted_once(moment, steps):
    code = code_at(SECRET, moment + timedelta(seconds=30 * steps))
    accepted = totp.match(SECRET, code, moment)
    assert isinstance(accepted, totp.Accepted)
    assert not isinstance(totp.match(SECRET, code, moment, last=2**40), totp.Accepted)
    again = totp.match(SECRET, code, moment, last=accepted.counter)
    assert not isinstance(again, totp.Accepted) or again.counter > accepted.counter


def test_a_code_older_than_the_last_accepted_one_is_refused():
    earlier = code_at(SECRET, NOON - timedelta(seconds=30))
    assert totp.match(SECRET, earlier, NOON, last=int(NOON.timestamp()) // 30) == totp.Replayed()


@given(moments, st.integers(-totp.DRIFT_MAX, totp.DRIFT_MAX), st.integers(-6, 6))
def test_a_code_is_looked_for_around_where_the_clock_was_last_and_never_far_from_ours(moment, drift, steps):
    present = int(moment.timestamp()) // totp.STEP
    code = code_at(SECRET, moment + timedelta(seconds=totp.STEP * steps))
    accepted = totp.match(SECRET, code, moment, drift=drift)
    around = min(0, drift) - totp.AROUND <= steps <= max(0, drift) + totp.AROUND
    near = around and abs(steps) <= totp.DRIFT_MAX
    if near:
        assert isinstance(accepted, totp.Accepted)
        assert accepted.drift == accepted.counter - present
    assert (present + steps in totp.window(present, drift)) is near


@given(st.integers(0, 2**31), st.integers(-100, 100))
def test_five_codes_at_most_are_right_at_any_moment(present, drift):
    assert len(totp.window(present, drift)) <= totp.DRIFT_MAX + totp.AROUND + 1


def test_a_clock_that_goes_slowly_wrong_is_followed_and_one_that_jumped_is_not():
    drift, moment, counter = 0, NOON, -1
    for off in (-1, -2, -3):
        moment += timedelta(days=30)
        code = code_at(SECRET, moment + timedelta(seconds=totp.STEP * off))
        accepted = totp.match(SECRET, code, moment, counter, drift)
        assert isinstance(accepted, totp.Accepted)
        drift, counter = accepted.drift, accepted.counter
    assert drift == -3
    further = code_at(SECRET, moment - timedelta(seconds=totp.STEP * 4))
    assert totp.match(SECRET, further, moment, drift=drift) == totp.Wrong()


def test_who_typed_late_once_is_let_in_by_a_clock_that_is_ahead():
    late = totp.match(SECRET, code_at(SECRET, NOON - timedelta(seconds=totp.STEP)), NOON)
    assert isinstance(late, totp.Accepted)
    ahead = code_at(SECRET, NOON + timedelta(seconds=totp.STEP))
    assert isinstance(totp.match(SECRET, ahead, NOON, late.counter, late.drift), totp.Accepted)


@pytest.mark.parametrize("steps", [-2, 2, 10, -100])
def test_a_code_further_away_is_wrong(steps):
    code = code_at(SECRET, NOON + timedelta(seconds=30 * steps))
    assert totp.match(SECRET, code, NOON) == totp.Wrong()


@given(st.text(max_size=40))
def test_what_is_not_six_ascii_digits_is_never_compared(typed):
    digits = code_digits(typed)
    if digits is None:
        assert totp.match(SECRET, typed, NOON) == totp.Unusable()
    else:
        assert len(digits) == 6
        assert set(digits) <= set("0123456789")


@pytest.mark.parametrize(
    "typed", ["١٢٣٤٥٦", "123 45", "1234567", "12345６", "+12345", "1_2345", "123456" + " " * 40 + "7"]
)
def test_look_alike_codes_are_unusable(typed):
    ok = typed.startswith("123456 ")
    assert (code_digits(typed) is None) is not ok


def test_spaces_between_digits_are_allowed():
    code = code_at(SECRET, NOON)
    assert isinstance(totp.match(SECRET, f" {code[:3]} {code[3:]}\n", NOON), totp.Accepted)


def test_new_secrets_are_160_bits_and_different():
    secrets = {totp.new_secret().base32 for _ in range(50)}
    assert len(secrets) == 50
    assert all(len(secret) == 32 for secret in secrets)


@pytest.mark.parametrize("text", ["", "ABC", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "1" * 32, "A" * 32 + "\n"])
def test_a_secret_that_is_none_is_refused(text):
    with pytest.raises(totp.SecretUnusable):
        totp.Secret(text)


def test_the_address_names_person_and_office():
    address = totp.provisioning_address(SECRET, "novakova.jana", "Město Kroměříž")
    assert address.startswith(
        "otpauth://totp/M%C4%9Bsto%20Krom%C4%9B%C5%99%C3%AD%C5%BE:novakova.jana?secret="
    )
