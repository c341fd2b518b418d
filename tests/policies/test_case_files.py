"""Files of cases are read strictly, and every fault of one is told with its line."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import MunicipalityCode
from policies.case_files import CaseFile, read_cases
from policies.cases import Case
from tests.policies.world import DISTRICT, HULIN, KROMERIZ

FILE = Path("588491.cases.toml")
NEVER = '[[never]]\nname = "n"\ntitle_cs = "a"\ntitle_en = "b"\n'


def read(text: str, only: MunicipalityCode | None = None) -> CaseFile:
    return read_cases(FILE, text, DISTRICT, only)


FAULTS = [
    ('[[case]]\nname = "a"\ntitle_cs = " "', 3, "title_cs is empty"),
    ('[[case]]\nname = "a"\nroels = ["mayor"]', 3, "roels is nothing a case may say"),
    (
        '[[case]]\nname = "a"\nfacts = { device = { managed = true, fresh = true, mangaed = true } }',
        3,
        "facts.device.mangaed",
    ),
    ('[[case]]\nname = "a"\nroles = ["mayr"]', 3, '"mayr" is no role'),
    ('[[case]]\nname = "a"\nroles = ["mayor@1"]', 3, "municipality 1 is not in the district"),
    ('[[case]]\nname = "a"\nown = "999999"', 3, "999999 is not in the district"),
    ('[[case]]\nname = "a"\naction = "reed"', 3, "Invalid enum value 'reed'"),
    ('[[case]]\nname = "a"\nlevel = "two"', 3, "Invalid enum value 'two'"),
    ('[[case]]\nname = "a"\nat = 2026-11-23T06:59:59', 3, "at has no zone"),
    (
        '[[case]]\nname = "a"\nfacts = { emergency = { asked_at = 2026-11-23T06:59:59, justification = "x" } }',
        3,
        "facts.emergency.asked_at has no zone",
    ),
    ('[[case]]\nname = "a"\nage = "9"', 3, "ISO8601"),
    ('[[case]]\nroles = ["mayor"]', 1, "required field `name`"),
    ('[[case]]\nname = "a"\n\n[[case]]\nname = "a"', 5, '"a" is the name of another one'),
    ('[[case]]\nname = "a\n', 2, "not TOML"),
    ('otherwise = "permitted"', 1, "otherwise means nothing here"),
    ('[[kase]]\nname = "a"', 1, "kase is not known here"),
    ("case = 1", 1, "case is no list of tables"),
    (f'{NEVER}below = "password"', 5, "nothing is weaker than a password"),
    (f"{NEVER}hours = [24]", 5, "an hour is none of the day"),
    (f"{NEVER}days = [0]", 5, "a day is none of the week"),
    (f'{NEVER}without = ["tikcet"]', 5, '"tikcet" is no fact'),
    (f'{NEVER}devices = ["new"]', 5, "Invalid enum value 'new'"),
    (f'{NEVER}own = "999999"', 5, "999999 is not in the district"),
    ('[[never]]\nname = "n"\ntitle_cs = "a"', 1, "required field `title_en`"),
    ('[[never]]\nname = "n"\ntitle_cs = "a"\ntitle_en = " "', 4, "title_en is empty"),
]


@pytest.mark.parametrize(("text", "line", "what"), FAULTS, ids=[what for _, _, what in FAULTS])
def test_a_fault_is_told_with_its_line(text: str, line: int, what: str) -> None:
    (found,) = read(text).problems
    assert what in found.what
    assert (found.line, found.file) == (line, FILE)
    assert found.remedy
    assert found.czech


def test_a_municipalitys_file_speaks_of_its_own_resources_alone() -> None:
    text = f'[[case]]\nname = "a"\nmunicipality = "{KROMERIZ}"\n{NEVER}municipality = "{KROMERIZ}"\n'
    assert [problem.line for problem in read(text, HULIN).problems] == [3, 8]
    assert read(text).problems == ()


def test_a_municipalitys_file_may_speak_of_people_from_elsewhere() -> None:
    text = f'[[case]]\nname = "a"\nroles = ["clerk@{KROMERIZ}"]\nown = "{KROMERIZ}"\nmunicipality = "{HULIN}"'
    assert read(text, HULIN).problems == ()


def test_all_faults_of_a_file_are_told_in_one_go() -> None:
    text = '[[case]]\nname = "a"\nroles = ["mayr"]\n[[case]]\nname = "b"\nnobody = 1\n[[never]]\nname = "c"'
    assert [problem.line for problem in read(text).problems] == [3, 6, 7]
    assert read(text).said == ()


@given(st.text(max_size=60) | st.text(st.sampled_from('[]case"nevr=\n{},. 1'), max_size=60))
def test_whatever_a_file_holds_is_read_or_complained_of(text: str) -> None:
    found = read(text)
    assert found.problems or all(one.said.name is not None for one in found.said)


@pytest.mark.parametrize("age", ["9 h", "PT9H", "540 min"])
def test_an_age_is_written_as_in_the_configuration_or_as_iso_8601_has_it(age: str) -> None:
    (placed,) = read(f'[[case]]\nname = "a"\nage = "{age}"').said
    assert isinstance(placed.said, Case)
    assert placed.said.age == timedelta(hours=9)
