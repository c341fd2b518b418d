"""Names stand in the order in which people look for them."""

import pytest

from config.alphabet import alphabetical, by_surname
from config.vocabulary import Language

ORDERED = [
    "1. máje", "Bařice-Velké Těšany", "Bezměrov", "Cetechovice", "Čenkovice", "Dřínov", "Honětice", "Hulín",
    "Chropyně", "Chvalnov-Lísky", "Jarohněvice", "Kroměříž", "Lubná", "Nítkovice", "Rataje", "Řimice", "Skaštice",
    "Staré Hutě", "Starý Hrad", "Střížovice", "Šelešovice", "Uhřice", "Věžky", "Zborovice", "Žalkovice", "Žeranovice",
]  # fmt: skip


def test_czech_names_stand_as_the_czech_alphabet_has_them() -> None:
    assert sorted(set(ORDERED), key=alphabetical) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Lhota", "Lhotá"),  # an accent decides only between words that are otherwise alike
        ("Lhotá", "Lhotka"),
        ("Nová Dědina", "Novák"),  # word by word
        ("zalkovice", "Žalkovice"),
        ("Žalkovice", "Łódź"),  # a foreign letter comes last
    ],
)
def test_one_name_comes_before_the_other(first: str, second: str) -> None:
    assert alphabetical(first) < alphabetical(second)


def test_composed_and_decomposed_letters_have_one_place() -> None:
    assert alphabetical("S\u030celesovice") == alphabetical("Šelesovice")


def test_english_has_no_letter_ch() -> None:
    names = ["Change", "Code", "Čas", "Done"]
    assert sorted(names, key=lambda one: alphabetical(one, Language.ENGLISH)) == ["Čas", *names[:2], "Done"]


def test_people_stand_by_their_surnames_whatever_titles_they_have():
    people = ["Ing. Petr Dvořák, Ph.D.", "Alena Říhová", "Adam Dvořák", "Zora Čechová", "Jana Chalupová", ""]
    assert sorted(people, key=by_surname) == [
        "", "Zora Čechová", "Adam Dvořák", "Ing. Petr Dvořák, Ph.D.", "Jana Chalupová", "Alena Říhová",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "Jana Nováková",
        "Ing. Jana Nováková, Ph.D.",
        "Ing. Jana Nováková Ph.D.",
        "Mgr. Bc. Jana Nováková LL.M. MBA",
        "Jana Nováková, MPA, DiS.",
        "Jana Nováková ml.",
        "Jana Nováková (st.)",
        "Nováková",
    ],
)
def test_no_title_behind_a_name_is_taken_for_the_surname(name: str) -> None:
    assert by_surname(name)[0] == alphabetical("Nováková")


def test_a_surname_of_one_letter_and_a_name_of_titles_alone_have_a_place() -> None:
    assert by_surname("Josef K.")[0] == alphabetical("K.")
    assert by_surname("MBA")[0] == alphabetical("MBA")
