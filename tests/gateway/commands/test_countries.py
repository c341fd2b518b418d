"""Where addresses are: the operator's database, and the places of the configuration before it."""

from pathlib import Path

import pytest

from config.settings import Place, Title
from gateway.authorize.whereabouts import NOWHERE, Location
from gateway.commands.countries import locator
from gateway.commands.preflight import CannotStart
from tests.rig.countries import write_countries

OFFICE = Place(title=Title(cs="Úřad", en="Office"), networks=["10.1.0.0/16", "198.51.100.7/32"], country="CZ")
UNSAID = Place(title=Title(cs="Hotel", en="Hotel"), networks=["203.0.113.0/28"])


def test_a_database_of_cities_says_country_and_coordinates(tmp_path: Path) -> None:
    locate = locator(write_countries(tmp_path / "cities.mmdb"), [])
    assert locate("192.0.2.7") == Location(country="CZ", latitude=50.08, longitude=14.43, radius=20)
    assert locate("::ffff:198.51.100.1").country == "JP"


def test_a_database_of_countries_says_the_country_alone(tmp_path: Path) -> None:
    locate = locator(write_countries(tmp_path / "countries.mmdb", cities=False), [])
    assert locate("203.0.113.9") == Location(country="SK")


def test_a_place_of_the_configuration_goes_before_the_database(tmp_path: Path) -> None:
    locate = locator(write_countries(tmp_path / "cities.mmdb"), [OFFICE, UNSAID])
    assert locate("198.51.100.7") == Location(country="CZ")
    assert locate("203.0.113.1").country == "SK"  # the place says nothing of its country


def test_without_a_database_only_places_are_known() -> None:
    locate = locator(None, [OFFICE])
    assert locate("10.1.2.3") == Location(country="CZ")
    assert locate("192.0.2.7") == NOWHERE


@pytest.mark.parametrize("address", ["", "-", "no address", "999.1.1.1", "fe80::1%eth0"])
def test_what_is_no_address_or_unknown_is_nowhere(address: str, tmp_path: Path) -> None:
    assert locator(write_countries(tmp_path / "cities.mmdb"), [])(address) == NOWHERE


def test_a_file_that_is_no_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "countries.mmdb"
    file.write_text("not a database")
    with pytest.raises(CannotStart, match=r"countries\.database.*cannot be read") as raised:
        locator(file, [])
    assert "MaxMind" in str(raised.value)


def test_a_file_that_is_replaced_disturbs_nobody_who_reads_it(tmp_path: Path) -> None:
    file = write_countries(tmp_path / "cities.mmdb")
    locate = locator(file, [])
    (tmp_path / "new").write_text("something else")
    (tmp_path / "new").rename(file)
    assert locate("192.0.2.7").country == "CZ"
