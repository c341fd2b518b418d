import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import MunicipalityCode, Role
from idp.directory.person import RoleHeld
from idp.login.password import (
    LONGEST_LOOKED_AT,
    SHORTEST,
    SHORTEST_OF_ADMINISTRATORS,
    SUBSTANCE,
    WeakPassword,
    shortest_of,
    substance,
    weakness,
)
from tests.rig.people import JANA, person

GOOD = "k7Gq9z!xT4mW"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Příliš žluťoučký kůň",
        "tygr-okno-vlak-mrak",
        "kočka leze dírou",
        "correct horse battery staple",
        "😀😂🤣😃😄😅😆😉😊😋😎😍",
    ],
)
def test_long_enough_and_unforeseen_will_do_whatever_it_is_written_with(password: str):
    assert weakness(password, JANA) is None


@pytest.mark.parametrize("password", ["", "k7Gq9z!xT4m", "Tajné1!"])
def test_below_twelve_characters_is_too_short(password: str):
    assert weakness(password, JANA) is WeakPassword.TOO_SHORT


@pytest.mark.parametrize("role", [Role.CENTRE_ADMINISTRATOR, Role.LOCAL_ADMINISTRATOR])
def test_an_administrator_needs_seventeen(role: Role):
    administrator = person(roles=(RoleHeld(MunicipalityCode("588491"), role),))
    for short in (GOOD + "aZ5k", "aZ5k"):  # never first of twelve, then of seventeen
        assert weakness(short, administrator) is WeakPassword.TOO_SHORT_OF_ADMINISTRATOR
    assert (shortest_of(JANA), shortest_of(administrator)) == (12, 17)
    assert weakness(GOOD + "aZ5kq", administrator) is None
    assert (SHORTEST, SHORTEST_OF_ADMINISTRATORS) == (12, 17)


@pytest.mark.parametrize(
    "password",
    [
        "Heslo123456789", "P@ssw0rdP@ssw0rd", "heslohesloheslo", "aaaaaaaaaaaaaaaa", "123456789012",
        "Zima2026Zima2026", "Leden2026Leden", "qwertyuiop123", "qwertz-asdfgh-12", "abcdefghijklmnop",
        "zyxwvutsrqponml", "admin123admin123", "jaro léto podzim", "            ", "2026-11-25 08:00",
        "1q2w3e4r5t6z", "a1a2a3a4a5a6", "qawsedrftgyh", "1qaz2wsx3edc", "4RFV3edc2WSX",
        "abcabcabdabcabcabd", "abcabcabdabcabeabcabd", "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 12,
    ],
)  # fmt: skip
def test_common_words_repetition_rows_and_dates_are_too_common(password: str):
    assert weakness(password, JANA) is WeakPassword.TOO_COMMON


@pytest.mark.parametrize(
    "password", ["NovákováJana1985", "N0v4k0v4J4n4!!", "jana.novakova.1", "JanaJanaJana11"]
)
def test_one_s_own_names_do_not_count(password: str):
    assert weakness(password, JANA) is WeakPassword.OWN_NAMES


def test_words_of_the_office_do_not_count():
    assert weakness("Bystřice-2026-xyz", JANA) is None
    assert weakness("Bystřice-2026-xyz", JANA, ["Bystřice pod Hostýnem"]) is WeakPassword.OWN_NAMES


def test_a_name_within_a_good_password_does_no_harm():
    assert weakness(f"Jana {GOOD}", JANA) is None


@given(st.characters(exclude_categories=["Cs"]))
def test_no_character_is_forbidden(letter: str):
    assert weakness(f"{GOOD}{letter}", JANA) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=64, max_size=300))
def test_long_ones_are_taken_and_judged_by_what_they_hold(rest: str):
    assert weakness(GOOD + rest, JANA) is None


@given(st.text(max_size=400))
def test_taking_names_away_never_adds(password: str):
    assert substance(password, {"jana", "novakova"}) <= max(
        substance(password), SUBSTANCE + LONGEST_LOOKED_AT
    )
    assert 0 <= substance(password) <= 2 * LONGEST_LOOKED_AT * 4
