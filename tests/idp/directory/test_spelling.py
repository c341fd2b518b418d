import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.directory.spelling import loosely, strictly


@pytest.mark.parametrize(
    "spelling",
    [
        "Novakova.Jana",
        " novakova.jana ",
        "nov ak ova.jana",
        "novakova.jana\u00a0",
        "\uff4eovakova.jana",
        "novakova\u200b.jana",
        "n\u034fovakova.jana",
        "nov\ufffcakova.ja\ufe0fna",
        "nova\u0301kov\u00e1.jana",
    ],
)
def test_whatever_a_directory_may_take_as_one_name_is_one_loosely_and_never_strictly_but_for_case(
    spelling: str,
):
    assert loosely(spelling) == loosely("novakova.jana") != loosely("novakova.jan")
    assert (strictly(spelling) == "novakova.jana") is (spelling == "Novakova.Jana")


@given(st.text(max_size=60))
def test_the_loose_spelling_is_its_own_and_coarser_than_the_strict_one(text: str):
    assert loosely(loosely(text)) == loosely(text) == loosely(strictly(text))
