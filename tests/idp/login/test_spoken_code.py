from hypothesis import given
from hypothesis import strategies as st

from idp.login.spoken_code import LETTERS, new_spoken_code, read_spoken_code, written

codes = st.text(LETTERS, min_size=20, max_size=20)


@given(codes, st.randoms())
def test_a_code_is_read_however_it_is_written(code, chance):
    sloppy = "".join(
        chance.choice([letter, letter.lower(), {"1": "l", "0": "o"}.get(letter, letter)])
        + chance.choice(["", "", " ", "-"])
        for letter in code
    )
    assert read_spoken_code(written(code)) == code
    assert read_spoken_code(sloppy) == code


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_code_or_none(typed):
    read = read_spoken_code(typed)
    assert read is None or (len(read) == 20 and set(read) <= set(LETTERS))


def test_codes_have_a_hundred_random_bits():
    assert len(LETTERS) == len(set(LETTERS)) == 32
    made = [new_spoken_code() for _ in range(200)]
    assert len(set(made)) == 200
    assert {len(code) for code in made} == {20}
    assert all(len({code[at] for code in made}) > 16 for at in range(20))
