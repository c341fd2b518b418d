import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import DirectoryName
from idp.directory.realms import Realms, apart

TOWN, VILLAGE = DirectoryName("urad"), DirectoryName("obec")
REALMS = Realms({TOWN: ["mesto.test", "mesto"], VILLAGE: ["obec.test"]})
FORMS = [
    "{}@mesto.test",
    "{}@Mesto.Test.",
    "{}@mesto.test..",
    "{}@mesto",
    "MESTO\\{}",
    "mesto.test/{}",
    "MESTO.TEST./{}",
    "//mesto.test/{}",
    "{}@mesto.test/",
    "{}\uff20mesto.test",
    "{}@mesto\u3002test",
    "{}@mesto\uff0etest\u3002",
    "{}@m\u00e9sto.test",
    "{}@mesto .test",
    "{}@mes\u200bto.test",
    "{}@\uff4desto.test",
    "mesto\uff3c{}",
    "obec.test\\{}@mesto.test",
]


@pytest.mark.parametrize("form", FORMS)
def test_whatever_reads_as_a_realm_is_the_affair_of_its_directory_alone(form: str):
    assert REALMS.owner(form.format("novak")) == TOWN


@pytest.mark.parametrize(
    "login", ["novak", "mesto.test", "novak@nikde.test", "novak@mesto.test.cz", "OBEC\\novak", "a/b", "", "@"]
)
def test_a_login_that_names_no_realm_of_ours_is_nobodys_alone(login: str):
    assert REALMS.owner(login) is None


@pytest.mark.parametrize("form", FORMS[:-1])
def test_all_forms_of_a_name_are_counted_as_one_and_without_a_realm_in_every_directory(form: str):
    (counted,) = REALMS.names(form.format("Nov\u00e1k"))
    assert counted in REALMS.names("nov ak")
    assert len(REALMS.names("nov ak")) == 2
    assert counted not in REALMS.names("novak@obec.test")


@given(st.text(max_size=40))
def test_the_name_before_a_realm_stays_as_it_was_typed(name: str):
    assert apart(f"{name}@mesto.test") == (name, "mesto.test")
