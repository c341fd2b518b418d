"""Problems stand in the order of the text, whichever check found them."""

from pathlib import Path

from gateway.policy_office.checked import by_place
from policies.review_words import ID_MISSING


def test_problems_are_told_in_the_order_of_files_and_lines() -> None:
    places = [
        ("b.cedar", 205, 3),
        ("b.cedar", 43, 1),
        ("b.cedar", 206, 1),
        ("a.cedar", 0, 0),
        ("b.cedar", 205, 1),
    ]
    told = by_place(
        ID_MISSING.of().at(Path(file), line, column).in_languages() for file, line, column in places
    )
    assert told == tuple(
        ID_MISSING.of().at(Path(file), line, column).in_languages() for file, line, column in sorted(places)
    )
