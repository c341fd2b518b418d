"""Where an address is, and journeys that nobody can have made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authorize.whereabouts import NOWHERE, Location, Sighting, Whereabouts, impossible
from gateway.sessions.session import Session

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRAGUE = Location(country="CZ", latitude=50.08, longitude=14.43, radius=20)
BRNO = Location(country="CZ", latitude=49.20, longitude=16.61, radius=20)
TOKYO = Location(country="JP", latitude=35.69, longitude=139.69, radius=50)
COUNTRY_ONLY = Location(country="JP")
PLACES = {"prague": PRAGUE, "brno": BRNO, "tokyo": TOKYO, "japan": COUNTRY_ONLY}
LOCATIONS = st.builds(
    Location,
    country=st.none(),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    radius=st.floats(0, 1000),
)


def locate(address: str) -> Location:
    return PLACES.get(address, NOWHERE)


@pytest.mark.parametrize(
    ("before", "after", "hours", "verdict"),
    [
        (PRAGUE, TOKYO, 1, True),
        (PRAGUE, TOKYO, 12, False),
        (TOKYO, PRAGUE, 0, True),
        (PRAGUE, BRNO, 0, False),
        (PRAGUE, COUNTRY_ONLY, 0, None),
        (NOWHERE, TOKYO, 0, None),
    ],
)
def test_only_what_is_certain_is_said(
    before: Location, after: Location, hours: int, verdict: bool | None
) -> None:
    assert impossible(Sighting(before, NOW), Sighting(after, NOW + timedelta(hours=hours))) is verdict


@given(LOCATIONS, LOCATIONS, st.integers(0, 10**7))
def test_a_journey_there_is_as_possible_as_the_one_back_and_slower_is_never_less_possible(
    one: Location, other: Location, seconds: int
) -> None:
    later = NOW + timedelta(seconds=seconds)
    there = impossible(Sighting(one, NOW), Sighting(other, later))
    assert there is impossible(Sighting(other, NOW), Sighting(one, later))
    assert there or not impossible(Sighting(one, NOW), Sighting(other, later + timedelta(hours=30)))


@pytest.fixture
def jana(session: Session) -> Session:
    """She signed in in Prague."""
    return replace(session, address="prague", opened_at=NOW)


def test_a_session_that_shows_up_on_the_other_side_of_the_world_is_impossible(jana: Session) -> None:
    whereabouts = Whereabouts(locate)
    assert whereabouts.of(jana, "prague", NOW) == (PRAGUE, False)
    assert whereabouts.of(jana, "tokyo", NOW + timedelta(minutes=5)) == (TOKYO, True)


def test_who_cannot_be_there_does_not_shut_out_the_person(jana: Session) -> None:
    whereabouts = Whereabouts(locate)
    whereabouts.let_in(jana, "tokyo", NOW + timedelta(minutes=5))
    assert whereabouts.of(jana, "brno", NOW + timedelta(minutes=6)) == (BRNO, False)


def test_a_journey_counts_from_where_somebody_was_let_in_last_and_not_from_the_beginning(
    jana: Session,
) -> None:
    whereabouts = Whereabouts(locate)
    whereabouts.let_in(jana, "tokyo", NOW + timedelta(hours=12))
    assert whereabouts.of(jana, "prague", NOW + timedelta(hours=13))[1] is True


def test_a_second_session_of_the_same_person_elsewhere_is_noticed(jana: Session) -> None:
    whereabouts, later = Whereabouts(locate), NOW + timedelta(minutes=10)
    whereabouts.let_in(jana, "prague", NOW)
    assert whereabouts.of(replace(jana, address="tokyo", opened_at=later), "tokyo", later)[1] is True


def test_where_somebody_is_signed_in_already_is_recalled_and_who_cannot_be_there_is_not_taken_for_them(
    jana: Session,
) -> None:
    whereabouts, later = Whereabouts(locate), NOW + timedelta(minutes=10)
    elsewhere = replace(jana, address="tokyo", opened_at=later)
    assert not whereabouts.knows(jana.subject)
    whereabouts.recall(jana.subject, [elsewhere, jana])
    assert whereabouts.knows(jana.subject)
    assert whereabouts.of(elsewhere, "tokyo", later) == (TOKYO, True)
    assert whereabouts.of(jana, "prague", later) == (PRAGUE, False)


def test_whom_no_database_can_place_is_recalled_once_and_nobody_where_there_is_none(jana: Session) -> None:
    whereabouts = Whereabouts(locate)
    whereabouts.recall(jana.subject, [replace(jana, address="unheard-of")])
    assert whereabouts.knows(jana.subject)
    assert Whereabouts().knows(jana.subject)


def test_an_address_that_no_database_has_is_nowhere(jana: Session) -> None:
    assert Whereabouts(locate).of(jana, "unheard-of", NOW) == (NOWHERE, None)


def test_what_is_remembered_has_a_bound(jana: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.authorize.whereabouts.REMEMBERED", 2)
    whereabouts, later = Whereabouts(locate), NOW + timedelta(hours=12)
    for number in range(3):
        whereabouts.let_in(replace(jana, subject=f"urad:{number}"), "tokyo", later)
    in_prague = [whereabouts.of(replace(jana, subject=f"urad:{n}"), "prague", later)[1] for n in range(3)]
    assert in_prague == [False, True, True]  # the first is forgotten, and counts from where the session began
