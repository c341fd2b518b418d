import random
import re
from collections import Counter

import pytest

from config.district import read_district
from config.vocabulary import Role
from gateway.demo.names import MEN, SURNAMES, WOMEN, plain
from gateway.demo.people import CAST, CENTRE, HULIN, NOT_ENROLLED, inhabitants
from gateway.demo.start import DISTRICT

CODES = sorted(read_district(DISTRICT))
PEOPLE = inhabitants(CODES)


def test_about_four_hundred_people_work_in_all_municipalities():
    assert len(CODES) == 46
    assert 380 <= len(PEOPLE) <= 440
    assert {code for one in PEOPLE for code, _ in one.places} == set(CODES)
    sizes = Counter(code for one in PEOPLE for code in {code for code, _ in one.places})
    assert 105 <= sizes[CENTRE] <= 115
    assert 23 <= sizes[HULIN] <= 29
    villages = [sizes[code] for code in CODES if code in {"542393", "587354", "589225", "588628"}]
    assert all(4 <= size <= 8 for size in villages)


def test_the_same_seed_gives_the_same_people_and_another_gives_others():
    assert inhabitants(random.sample(CODES, len(CODES))) == PEOPLE
    assert inhabitants(CODES, seed=1) != PEOPLE


def test_logins_are_unique_and_plain():
    logins = [one.login for one in PEOPLE]
    assert len(set(logins)) == len(logins)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+[0-9]*", login) for login in logins)


def test_some_people_work_for_two_municipalities():
    several = [one for one in PEOPLE if len({code for code, _ in one.places}) > 1]
    assert len(several) >= 5


def test_every_role_is_held_by_somebody_and_every_municipality_has_one_mayor():
    held = [role for one in PEOPLE for _, role in one.places]
    assert set(held) == set(Role)
    mayors = Counter(code for one in PEOPLE for code, role in one.places if role is Role.MAYOR)
    assert mayors == dict.fromkeys(CODES, 1)


def test_officers_belong_to_the_centre_and_duties_that_check_each_other_are_apart():
    for one in PEOPLE:
        roles = {role for _, role in one.places}
        for role in roles & {Role.SECURITY_OFFICER, Role.AUDITOR, Role.CENTRE_ADMINISTRATOR}:
            assert {code for code, _ in one.places} == {CENTRE}
            assert roles == {role}


def test_about_ten_people_are_not_enrolled_and_one_is_disabled():
    assert sum(not one.enrolled for one in PEOPLE) == NOT_ENROLLED
    assert [one.login for one in PEOPLE if one.disabled] == ["urban.karel"]


def test_one_featured_person_who_can_confirm_it_must_change_the_password():
    assert [(one.login, one.enrolled, bool(one.note_en)) for one in PEOPLE if one.must_change] == [
        ("kriz.ales", True, True)
    ]


def test_the_cast_comes_first_and_each_has_a_word_in_both_languages():
    assert PEOPLE[: len(CAST)] == CAST
    assert all(one.note_cs and one.note_en for one in CAST)
    assert next(one for one in CAST if one.login == "horak.tomas").places == (
        (CENTRE, Role.CLERK),
        (HULIN, Role.BUDGET_MANAGER),
    )


def test_registrars_are_women_as_the_title_says():
    assert all(one.given in WOMEN for one in PEOPLE if any(role is Role.REGISTRAR for _, role in one.places))


def test_names_agree_in_gender():
    men, women = {each[0] for each in SURNAMES}, {each[1] for each in SURNAMES}
    assert all(one.surname in (women if one.given in WOMEN else men) for one in PEOPLE)
    assert not set(MEN) & set(WOMEN)


@pytest.mark.parametrize("endings", [("ý", "á"), ("a", "ová"), ("ek", "ková"), ("ů", "ů"), ("í", "í")])
def test_surnames_take_their_own_feminine_ending(endings: tuple[str, str]):
    masculine, feminine = endings
    pairs = [pair for pair in SURNAMES if pair[0].endswith(masculine)]
    assert pairs
    assert all(pair[1].endswith(feminine) for pair in pairs)


def test_plain_letters_are_plain():
    assert plain("Žaneta Říhová-Ďuricová") == "zaneta rihova-duricova"
