"""What municipalities and applications are called in a bundle."""

from config.vocabulary import ApplicationId, Language, MunicipalityCode
from gateway.incidents.called import Called

HULIN, MAP = MunicipalityCode("588491"), ApplicationId("map")
CALLED = Called(
    municipalities={HULIN: "Hulín"},
    applications={MAP: {Language.CZECH: "Mapa", Language.ENGLISH: "Map"}},
)


def test_a_name_stands_beside_its_code_and_what_has_none_is_its_code_alone() -> None:
    assert CALLED.municipality(HULIN) == "Hulín (588491)"
    assert CALLED.municipality("999999") == "999999"
    assert Called(municipalities={HULIN: HULIN}).municipality(HULIN) == HULIN
    assert CALLED.application(MAP, Language.CZECH) == "Mapa (map)"
    assert CALLED.application(MAP, Language.ENGLISH) == "Map (map)"
    assert CALLED.application("gone", Language.ENGLISH) == "gone"


def test_conditions_of_a_search_have_names_where_they_are_codes() -> None:
    assert CALLED.value("municipality", HULIN, Language.CZECH) == "Hulín (588491)"
    assert CALLED.value("within", HULIN, Language.CZECH) == "Hulín (588491)"
    assert CALLED.value("application", MAP, Language.ENGLISH) == "Map (map)"
    assert CALLED.value("person", MAP, Language.ENGLISH) == "map"
