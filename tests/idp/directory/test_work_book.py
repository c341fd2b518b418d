"""What is known of people's work, by what their directory says."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.district import District, Municipality
from config.settings import ActivityRoles, Directory, Work
from config.vocabulary import DirectoryName, MunicipalityCode
from idp.directory.entries import UNREADABLE, entry, told_values
from idp.directory.survey_work import work_told
from idp.directory.sync.record import PersonRecord
from idp.directory.work import NOTHING_KNOWN, ActivityRole
from idp.directory.work_book import MOST, WorkBook

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
DISTRICT = District(
    [Municipality(HULIN, "Hulín", "00287229"), Municipality(KROMERIZ, "Kroměříž", "00287351")]
)
EVERYTHING = Work(
    employed_since="Begins",
    employed_until="ends",
    departments="ou",
    activity_roles=ActivityRoles(attribute="employeeType"),
)
LAST = date(2026, 12, 31)
REGISTERS = ActivityRole(HULIN, "A115", "CR22")


def book(work: Work = EVERYTHING, own: list[MunicipalityCode] | None = None) -> WorkBook:
    directory = Directory(
        name=DirectoryName("urad"), servers=["ldaps://x"], authority=Path("x"), bind_dn="x",
        bind_password_file=Path("x"), people_base="dc=x", groups_base="dc=x", roles=[], work=work,
        municipalities=own or [],
    )  # fmt: skip
    return WorkBook(directory, DISTRICT)


def test_only_what_the_settings_name_is_asked_for_and_known():
    assert book().attributes == ("begins", "employeetype", "ends", "ou")
    assert book(Work()).attributes == ()
    assert book(Work()).work({"ends": ["2026-12-31"]}) == (NOTHING_KNOWN, ())


def test_all_of_it_is_read():
    values = {
        "begins": ["2020-03-01"],
        "ends": ["20261231000000Z"],
        "ou": ["Matrika", "Finanční odbor", "Matrika"],
        "employeetype": ["A121:CR31@588296", "a115:cr22@588491"],
    }
    work, troubles = book().work(values)
    assert troubles == ()
    assert (work.employed_since, work.employed_until) == (date(2020, 3, 1), LAST)
    assert work.departments == ("Finanční odbor", "Matrika")
    assert work.activity_roles == (ActivityRole(KROMERIZ, "A121", "CR31"), REGISTERS)
    assert "activity_role A115:CR22@588491" in work.told()


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-12-31", LAST),
        ("20261231120000Z", LAST),
        ("20261230230000Z", LAST),  # midnight of the offices
        ("202612311200Z", LAST),
        ("134431920000000000", LAST),  # of Active Directory: noon
        ("0", None),
        ("9223372036854775807", None),
    ],
)
def test_a_day_is_read_as_directories_write_it_and_it_is_the_day_of_the_offices(
    written: str, day: date | None
):
    work, _ = book().work({"ends": [written]})
    assert work.employed_until == day


@pytest.mark.parametrize(
    "values",
    [
        ["31. 12. 2026"],
        ["2026-13-31"],
        ["20261231"],
        ["20261231120000+0100"],
        ["soon"],
        [" "],
        ["99991231235959Z"],
        ["2026-12-31", "2027-12-31"],
        [UNREADABLE],
        ["-1"],
        ["２０２６-12-31"],
    ],
)
def test_a_day_that_cannot_be_read_is_unknown_and_told(values: list[str]):
    work, (trouble,) = book().work({"ends": values, "ou": ["Matrika"]})
    assert work.employed_until is None
    assert work.departments == ("Matrika",)
    assert str(trouble).startswith("employed_until is unknown: ends h")


@pytest.mark.parametrize(
    "value",
    [
        "A115:CR22",
        "A115:CR22@588491x",
        "A115:CR22@999999",
        "A115:CR22@588296",
        "115:22@588491",
        "A115;CR22@588491",
        UNREADABLE,
        "",
    ],
)
def test_one_activity_role_that_is_none_makes_all_of_them_unknown(value: str):
    """Nobody can tell what it should have been, so nobody says that these are all."""
    work, (trouble,) = book(own=[HULIN]).work({"employeetype": ["A115:CR22@588491", value]})
    assert work == NOTHING_KNOWN
    assert str(trouble).startswith("activity_roles is unknown: employeetype holds")


def test_a_directory_of_one_municipality_need_not_name_it():
    written = Work(activity_roles=ActivityRoles(attribute="role", value="{activity_role} / {agenda}"))
    work, _ = book(written, [HULIN]).work({"role": ["CR22  / A115"]})
    assert work.activity_roles == (REGISTERS,)
    assert book(written).work({"role": ["CR22 / A115"]})[0] == NOTHING_KNOWN


def test_an_organisation_number_stands_for_its_municipality():
    written = Work(activity_roles=ActivityRoles(attribute="role", value="{ico}.{agenda}.{activity_role}"))
    assert book(written).work({"role": ["00287229.A115.CR22"]})[0].activity_roles == (REGISTERS,)


def test_more_values_than_anybody_has_are_not_read():
    work, (trouble,) = book().work({"ou": [f"odbor {number}" for number in range(MOST + 1)]})
    assert work == NOTHING_KNOWN
    assert "has 101 values" in str(trouble)


@given(st.dictionaries(st.sampled_from(book().attributes), st.lists(st.text(max_size=40), max_size=3)))
def test_whatever_a_directory_says_is_read_or_told(values: dict[str, list[str]]):
    work, troubles = book().work(values)
    known = {fact for fact in book().facts if getattr(work, fact) is not None}
    unreadable = {one.fact for one in troubles}
    assert not known & unreadable
    assert len(known | unreadable) <= sum(map(bool, values.values()))


def test_a_value_that_is_no_text_is_not_overlooked():
    read = entry("uid=a,dc=x", {"ou": [b"Matrika", b"\xff\xfe", b"a\x00b"]})
    assert told_values(read, "OU") == ("Matrika", UNREADABLE, UNREADABLE)
    assert book().work({"ou": told_values(read, "ou")})[0].departments is None


def test_a_directory_is_counted_before_anything_is_switched_on():
    def person(name: str, **values: str) -> PersonRecord:
        return PersonRecord(
            identity=name, key=name, dn=f"uid={name},dc=x", logins=(name,), name=name,
            attributes={attribute: (value,) for attribute, value in values.items()},
        )  # fmt: skip

    found = work_told([person("a", ou="Matrika"), person("b", ou="IT", ends="soon"), person("c")], book())
    assert found.known == {"employed_since": 0, "employed_until": 0, "departments": 2, "activity_roles": 0}
    (problem,) = found.unreadable
    assert (problem.dn, "'soon'" in problem.what) == ("uid=b,dc=x", True)
