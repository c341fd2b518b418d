"""What a configuration would make of a whole directory."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.district import District, Municipality
from config.settings import Deputy, Directory, RoleMapping, Work
from config.vocabulary import DirectoryName, MunicipalityCode, Role
from idp.directory.near_misses import within
from idp.directory.person import AccountFacts, AccountState
from idp.directory.role_mapping import RoleBook
from idp.directory.survey import Gathering, Survey, survey
from idp.directory.sync.record import EntryProblem, GroupRecord, PersonRecord

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
DISTRICT = District([Municipality(HULIN, "Hulín", "00287229"), Municipality(KROMERIZ, "Kroměříž", "")])
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CLERKS = RoleMapping(group="cn=clerk,ou={municipality},dc=x", role=Role.CLERK)
ADMINISTRATORS = RoleMapping(group="cn=spravci,dc=x", role=Role.CENTRE_ADMINISTRATOR, municipality=KROMERIZ)


def person(login: str, **facts: Any) -> PersonRecord:
    dn = f"uid={login},ou=people,dc=x"
    made = {"identity": login, "key": dn, "dn": dn, "logins": (login,), "name": login} | facts
    return PersonRecord(**made)


def group(dn: str, *members: str, **facts: Any) -> GroupRecord:
    keys = tuple(one if "=" in one else f"uid={one},ou=people,dc=x" for one in members)
    return GroupRecord(identity=dn, key=dn, dn=dn, members=keys, **facts)


def looked(
    people: list[PersonRecord],
    groups: list[GroupRecord],
    rules: list[RoleMapping] | None = None,
    problems: list[EntryProblem] | None = None,
    **facts: Any,
) -> Survey:
    directory = Directory(
        name=DirectoryName("urad"), servers=["ldaps://x"], authority=Path("x"), bind_dn="x",
        bind_password_file=Path("x"), people_base="dc=x", groups_base="dc=x",
        roles=rules or [CLERKS, ADMINISTRATORS], **facts,
    )  # fmt: skip
    gathered = Gathering()
    gathered.add_people(people)
    gathered.add_groups(groups)
    gathered.problems += problems or []
    return survey(gathered, directory, RoleBook(directory, DISTRICT), NOW.date(), NOW)


IN_HULIN = "cn=clerk,ou=588491,dc=x"
SPRAVCI = "cn=spravci,dc=x"


def test_a_clean_directory_is_counted_by_municipality_and_nothing_is_wrong():
    found = looked([person("a"), person("b"), person("c")], [group(IN_HULIN, "a", "b"), group(SPRAVCI, "c")])
    assert found.places == {(HULIN, Role.CLERK): 2, (KROMERIZ, Role.CENTRE_ADMINISTRATOR): 1}
    assert found.by_rule == {0: 2, 1: 1}
    assert not found.has_problems()


def test_what_is_told_of_peoples_work_is_counted_and_what_cannot_be_read_is_wrong():
    people = [
        person("a", attributes={"ou": ("IT",)}),
        person("b", attributes={"ou": ("IT",), "ends": ("soon",)}),
    ]
    groups = [group(IN_HULIN, "a"), group(SPRAVCI, "b")]
    clean = looked(people, groups, work=Work(departments="ou"))
    assert clean.work.known == {"departments": 2}
    assert not clean.has_problems()
    found = looked(people, groups, work=Work(departments="ou", employed_until="ends"))
    assert found.work.known == {"departments": 2, "employed_until": 0}
    assert [one.dn for one in found.work.unreadable] == [people[1].dn]
    assert found.has_problems()


def test_members_of_groups_in_groups_count_and_circles_end_and_are_told():
    one, other = "cn=tym a,dc=x", "cn=tym b,dc=x"
    found = looked(
        [person("a"), person("b"), person("c")],
        [group(IN_HULIN, "a", one), group(one, "b", other), group(other, one), group(SPRAVCI, "c")],
    )
    assert found.places[HULIN, Role.CLERK] == 2
    assert found.circles == (one, other)
    assert found.nested == (IN_HULIN,)
    assert found.has_problems()


def test_a_primary_group_counts_as_membership():
    found = looked(
        [person("a", primary_group="S-1-5-1"), person("c")],
        [group(IN_HULIN, sid="S-1-5-1"), group(SPRAVCI, "c")],
    )
    assert found.places[HULIN, Role.CLERK] == 1


def test_a_rule_that_gives_nobody_anything_is_told_but_not_one_of_other_days():
    later = RoleMapping(person="a", role=Role.AUDITOR, municipality=HULIN, valid_from=date(2027, 1, 1))
    gone = RoleMapping(person="odesel", role=Role.AUDITOR, municipality=HULIN)
    found = looked([person("a")], [group(IN_HULIN, "a")], [CLERKS, later, gone])
    assert found.idle_rules == (2,)


@pytest.mark.parametrize(
    ("name", "is_near", "same"),
    [
        ("cn=clrek,ou=588491,dc=x", True, False),
        ("cn=clerks,ou=588491,dc=x", True, False),
        ("cn=clerk,ou=999999,dc=x", True, True),  # no such municipality
        ("cn=clerk,ou=58849,dc=x", False, False),
        ("cn=ucetni,ou=588491,dc=x", False, False),
        ("cn=spravce,dc=x", True, False),
    ],
)
def test_a_group_that_nearly_has_the_name_of_a_rule_is_told(name: str, is_near: bool, same: bool):
    found = looked([person("a"), person("c")], [group(IN_HULIN, "a"), group(SPRAVCI, "c"), group(name, "a")])
    assert [(one.group, one.same) for one in found.near] == ([(name, same)] if is_near else [])


def test_roles_outside_the_directorys_municipalities_are_told_and_given_to_nobody():
    found = looked([person("a")], [group(IN_HULIN, "a")], [CLERKS], municipalities=[KROMERIZ])
    assert found.outside == {(0, HULIN): 1}
    assert found.places == {}
    assert found.holders["a"].roles() == frozenset()


def test_logins_and_addresses_of_several_people_are_told():
    found = looked(
        [
            person("a", mail="urad@obec.test"),
            person("b", mail="Urad@obec.test"),
            person("c", logins=("c", "A")),
        ],
        [group(IN_HULIN, "a"), group(SPRAVCI, "b")],
    )
    assert set(found.duplicates) == {"urad@obec.test", "a"}
    assert len(found.duplicates["a"]) == 2


def test_administrators_with_ordinary_roles_are_told():
    found = looked([person("a")], [group(IN_HULIN, "a"), group(SPRAVCI, "a")])
    assert found.mixed == ("a",)


def test_accounts_are_counted_by_their_state_and_unusable_entries_are_told():
    found = looked(
        [person("a"), person("b", account=AccountFacts(disabled=True))],
        [group(IN_HULIN, "a"), group(SPRAVCI, "b")],
        problems=[EntryProblem("uid=x", "uid is missing")],
    )
    assert found.states == {AccountState.ACTIVE: 1, AccountState.DISABLED: 1}
    assert found.problems[0].what == "uid is missing"


def test_deputies_have_the_roles_of_whom_they_stand_in_for_and_unknown_ones_are_told():
    july = {"valid_from": date(2026, 11, 1), "valid_until": date(2026, 11, 30)}
    deputies = [
        Deputy(person="b", in_place_of="a", **july),
        Deputy(person="b", in_place_of="odesel", **july),
    ]
    found = looked([person("a"), person("b"), person("c")], [group(IN_HULIN, "a"), group(SPRAVCI, "c")],
                   deputies=deputies)  # fmt: skip
    assert found.holders["b"].roles() == {(HULIN, Role.CLERK)}
    assert [one.in_place_of for one in found.holders["b"].standing_in] == ["a"]
    assert found.unknown_deputies == ("odesel",)


def levenshtein(one: str, other: str) -> int:
    """The plain definition, as a second opinion."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, start=1):
        last, row[0] = row[0], number
        for column, against in enumerate(other, start=1):
            last, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, last + (letter != against)),
            )
    return row[-1]


words = st.text("ab,=", max_size=12)


@given(words, words, st.integers(0, 3))
def test_the_narrow_band_says_what_the_whole_table_says(one: str, other: str, most: int):
    assert within(one, other, most) == (levenshtein(one, other) <= most)
