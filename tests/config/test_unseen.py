"""What leaves no mark on a page is found, wherever it stands; what people write is left alone."""

import unicodedata

import pytest

from config.unseen import UNSEEN, is_seen

ALONE = [*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180d\u180f\u2800\u3164\uffa0\U000e0100\U000e01ef"]


@pytest.mark.parametrize("mark", ALONE, ids=lambda one: f"U+{ord(one):04X}")
def test_a_sign_that_leaves_no_mark_is_found_though_it_passes_for_a_letter_or_a_sign(mark):
    assert mark.isprintable()
    assert unicodedata.category(mark) in {"Lo", "Mn", "So"}
    assert not is_seen(mark)
    assert not is_seen(f"požár{mark}na radnici")


def test_what_chooses_the_look_of_a_sign_needs_one_before_it():
    assert is_seen("pozor ⚠\ufe0f oheň")
    for text in ("\ufe0f", "a \ufe0f", "a\n\ufe0f", "⚠\ufe0f\ufe0f", "\ufe00x"):
        assert UNSEEN.search(text), ascii(text)


def test_what_people_write_is_seen():
    assert is_seen("Příliš žluťoučký kůň – „čte“, 50 % ze 3 × 2 😀 Łódź Αθήνα Київ")
    assert not is_seen("a\u200bb")
    assert not is_seen("a\nb")
