import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from idp.http.preferred_language import preferred

CS, EN = Language.CZECH, Language.ENGLISH


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("cs", CS),
        ("en-GB,en;q=0.9", EN),
        ("de,en;q=0.3,cs;q=0.8", CS),
        ("cs;q=0.5, en;q=0.5", CS),
        ("CS-CZ", CS),
        ("de-DE,sk;q=0.9", None),
        ("en;q=0", None),
        ("en;q=nonsense,cs;q=0.1", CS),
        ("en;q=nan,cs;q=0.1", CS),
        ("en;q=7,cs;q=0.1", CS),
        ("csx", None),
    ],
)
def test_the_best_known_language_of_the_browser_is_chosen(header, language):
    assert preferred(header) is language


@given(st.text())
def test_any_header_names_a_known_language_or_none(header):
    assert preferred(header) in {None, CS, EN}


@given(st.permutations(["de", "fr;q=0.9", "en;q=0.8", "cs;q=0.7", "*;q=0.1"]))
def test_the_order_of_different_weights_does_not_matter(members):
    assert preferred(", ".join(members)) is EN
