"""A title of no particular question reads as a sentence: no place in it is left unfilled."""

import pytest

from policies.reasons import CS, EN, WORDINGS, without_names


@pytest.mark.parametrize(
    ("czech", "english", "told_czech", "told_english"),
    [
        (
            "Dodavatel smí v obci {municipality} otevřít jen mapy",
            "In {municipality} a supplier may open maps alone",
            "Dodavatel smí v obci otevřít jen mapy",
            "In the municipality a supplier may open maps alone",
        ),
        (
            "V aplikaci {application} nesmíte {action}",
            "{application} does not let you {action}",
            "V aplikaci nesmíte provést tento úkon",
            "The application does not let you do this",
        ),
        (
            "Mapa, {municipality}: {roles}",
            "Map of {municipality}",
            "Mapa, …: …",
            "Map of the municipality",
        ),
    ],
)
def test_nouns_stand_for_names(czech: str, english: str, told_czech: str, told_english: str) -> None:
    assert without_names({CS: czech, EN: english}) == {CS: told_czech, EN: told_english}


def test_titles_of_the_product_leave_out_no_more_than_which_municipality_one_acts_for() -> None:
    told = [without_names(one.title) for one in WORDINGS.values()]
    assert [one[CS] for one in told if "…" in one[CS]] == ["Nyní jednáte za obec …"]
    assert not [one for one in told if "{" in one[CS] + one[EN]]
