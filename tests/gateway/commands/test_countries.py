"""Where addresses are: the operator's database, and the places of the configuration before it."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from config.load import parse
from config.settings import Countries, Place, Settings, Title
from gateway.authorize.whereabouts import NOWHERE, Location
from gateway.commands.countries import country_faults, located, locator, opened
from tests.rig.countries import write_countries

EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "embedded.toml"
OFFICE = Place(title=Title(cs="Úřad", en="Office"), networks=["10.1.0.0/16", "198.51.100.7/32"], country="CZ")
UNSAID = Place(title=Title(cs="Hotel", en="Hotel"), networks=["203.0.113.0/28"])


def test_a_database_of_cities_says_country_and_coordinates(tmp_path: Path) -> None:
    locate = located(opened(write_countries(tmp_path / "cities.mmdb")), [])
    assert locate("192.0.2.7") == Location(country="CZ", latitude=50.08, longitude=14.43, radius=20)
    assert locate("::ffff:198.51.100.1").country == "JP"


def test_a_database_of_countries_says_the_country_alone(tmp_path: Path) -> None:
    locate = located(opened(write_countries(tmp_path / "countries.mmdb", cities=False)), [])
    assert locate("203.0.113.9") == Location(country="SK")


def test_a_place_of_the_configuration_goes_before_the_database(tmp_path: Path) -> None:
    locate = located(opened(write_countries(tmp_path / "cities.mmdb")), [OFFICE, UNSAID])
    assert locate("198.51.100.7") == Location(country="CZ")
    assert locate("203.0.113.1").country == "SK"  # the place says nothing of its country


def test_without_a_database_only_places_are_known() -> None:
    locate = located(None, [OFFICE])
    assert locate("10.1.2.3") == Location(country="CZ")
    assert locate("192.0.2.7") == NOWHERE


@pytest.mark.parametrize("address", ["", "-", "no address", "999.1.1.1", "fe80::1%eth0"])
def test_what_is_no_address_or_unknown_is_nowhere(address: str, tmp_path: Path) -> None:
    assert located(opened(write_countries(tmp_path / "cities.mmdb")), [])(address) == NOWHERE


@pytest.fixture
def settings() -> Settings:
    return parse(EXAMPLE.read_text("utf-8"), EXAMPLE)


def of(settings: Settings, file: Path) -> Settings:
    return replace(settings, countries=Countries(database=file))


def test_a_file_that_is_no_database_is_refused_with_what_to_do(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "countries.mmdb"
    file.write_text("not a database")
    [(at, what, mend)] = country_faults(of(settings, file))
    assert at == "countries.database"
    assert str(file) in what
    assert "MaxMind" in mend


def test_a_database_is_no_fault(settings: Settings, tmp_path: Path) -> None:
    assert list(country_faults(of(settings, write_countries(tmp_path / "cities.mmdb")))) == []


def test_a_database_that_was_damaged_while_the_product_runs_is_told_and_knows_nothing(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "countries.mmdb"
    file.write_text("not a database")
    with capture_logs() as told:
        locate = locator(of(settings, file))
    assert [one["event"] for one in told] == ["countries.unreadable"]
    assert locate("192.0.2.7") == NOWHERE


def test_a_file_that_is_replaced_disturbs_nobody_who_reads_it(settings: Settings, tmp_path: Path) -> None:
    file = write_countries(tmp_path / "cities.mmdb")
    locate = locator(of(settings, file))
    (tmp_path / "new").write_text("something else")
    (tmp_path / "new").rename(file)
    assert locate("192.0.2.7").country == "CZ"
