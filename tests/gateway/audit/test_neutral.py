from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.neutral import MARK, neutral, printable

anything = st.text(st.characters(categories=["L", "N", "P", "Z", "C", "S"]), max_size=40)
tricky = st.text(st.sampled_from("\\u{1b}5c\x1b[31m\n\r\u202eá\udc80"), max_size=20)


def test_a_terminal_escape_is_shown_as_text() -> None:
    assert neutral("\x1b[31mred", 100) == r"\u{1b}[31mred"


def test_a_line_break_cannot_start_a_new_line_of_the_log() -> None:
    assert neutral("a\nforged entry", 100) == r"a\u{a}forged entry"


def test_text_that_reads_backwards_is_marked() -> None:
    assert neutral("\u202egpj.exe", 100) == r"\u{202e}gpj.exe"


def test_a_byte_that_is_not_utf_8_is_kept_by_its_number() -> None:
    assert neutral(b"a\xff".decode("utf-8", "surrogateescape"), 100) == r"a\u{dcff}"


def test_ordinary_czech_text_with_a_backslash_stays_as_it_is() -> None:
    assert neutral("C:\\Úřad\\žádost", 100) == "C:\\Úřad\\žádost"


def test_a_mark_written_by_a_stranger_is_not_taken_for_ours() -> None:
    assert neutral(r"\u{1b}", 100) != neutral("\x1b", 100)


def test_a_long_value_is_cut_and_says_so() -> None:
    shown = neutral("x" * 5000, 10)
    assert shown.startswith("x" * 10 + "…")
    assert "5000 characters" in shown
    assert shown != neutral("x" * 4999 + "y", 10)


@given(anything | tricky, st.integers(0, 50))
def test_the_result_is_printable(value: str, limit: int) -> None:
    assert neutral(value, limit).isprintable()
    assert printable(value).isprintable()


@given(anything | tricky, anything | tricky)
def test_two_values_never_look_the_same(one: str, other: str) -> None:
    assert (neutral(one, 100) == neutral(other, 100)) == (one == other)


@given(anything)
def test_what_is_printable_passes_the_last_defence_unchanged(value: str) -> None:
    once = printable(value)
    assert printable(once) == once
    assert (once == value) == value.isprintable()
    assert value.isprintable() or MARK in once
