"""Who has which role where, and on which days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.district import District, Municipality
from config.settings import Directory, RoleMapping
from config.vocabulary import DirectoryName, MunicipalityCode, Role
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.names import escaped
from idp.directory.person import RoleHeld
from idp.directory.role_mapping import Evidence, RoleBook, czech_day, czech_midnight, holds

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
DISTRICT = District(
    [Municipality(HULIN, "Hulín", "00287229"), Municipality(KROMERIZ, "Kroměříž", "00287351")]
)
DAY = date(2026, 11, 25)
SOMEBODY = Evidence(dn="uid=novak,ou=people,dc=obec,dc=test", login="novak")
days = st.dates(date(2020, 1, 1), date(2035, 1, 1))


def book(*mappings: RoleMapping, municipalities: list[MunicipalityCode] | None = None) -> RoleBook:
    directory = Directory(
        name=DirectoryName("urad"), servers=["ldaps://x"], authority=Path("x"), bind_dn="x",
        bind_password_file=Path("x"), people_base="dc=x", groups_base="dc=x",
        roles=list(mappings), municipalities=municipalities or [],
    )  # fmt: skip
    return RoleBook(directory, DISTRICT)


def held(mapping: RoleMapping, day: date = DAY, **seen: Any) -> tuple[RoleHeld, ...]:
    facts = {"dn": SOMEBODY.dn, "login": SOMEBODY.login} | seen
    return book(mapping).roles(Evidence(**facts), day)


REGISTRAR = RoleMapping(group="cn=registrar,ou={municipality},ou=groups,dc=obec,dc=test", role=Role.REGISTRAR)
IN_HULIN = (RoleHeld(HULIN, Role.REGISTRAR),)


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("cn=registrar,ou=588491,ou=groups,dc=obec,dc=test", IN_HULIN),
        ("CN=Registrar,OU=588491,OU=Groups,DC=obec,DC=test", IN_HULIN),
        ("cn=registrar,ou=999999,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar,ou=58849,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar,ou=5884911,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar,ou=00287229,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar,ou=５８８４９１x,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar+ou=588491,ou=588491,ou=groups,dc=obec,dc=test", ()),
        ("cn=registrar,ou=588491,ou=groups,dc=obec,dc=test,dc=evil", ()),
        ("cn=registrar\\,ou=588491,ou=groups,dc=obec,dc=test", ()),
        ("cn=mayor,ou=588491,ou=groups,dc=obec,dc=test", ()),
        ("no name at all", ()),
    ],
)
def test_a_group_gives_the_role_its_pattern_says_and_no_other(group: str, expected: tuple[RoleHeld, ...]):
    assert held(REGISTRAR, groups=[group]) == expected


def test_a_pattern_may_carry_the_municipality_inside_a_value_and_twice():
    twice = RoleMapping(
        group="CN=Role {municipality} (podatelna),ou={municipality},dc=x", role=Role.MAIL_ROOM
    )
    assert held(twice, groups=["cn=role 588491 (Podatelna),ou=588491,dc=x"]) == (
        RoleHeld(HULIN, Role.MAIL_ROOM),
    )
    assert held(twice, groups=["cn=role 588491 (Podatelna),ou=588296,dc=x"]) == ()


def test_an_organisation_number_stands_for_its_municipality():
    mapping = RoleMapping(group="cn=ucetni,ou={ico},dc=x", role=Role.ACCOUNTANT)
    assert held(mapping, groups=["cn=ucetni,ou=00287229,dc=x"]) == (RoleHeld(HULIN, Role.ACCOUNTANT),)
    assert held(mapping, groups=["cn=ucetni,ou=12345678,dc=x"]) == ()
    assert held(mapping, groups=["cn=ucetni,ou=588491,dc=x"]) == ()


@pytest.mark.parametrize(
    ("dn", "given"),
    [
        ("uid=novak,ou=podatelna,ou=people,dc=x", True),
        ("uid=novak,ou=prepazka 1,OU=Podatelna,ou=people,dc=x", True),
        ("ou=podatelna,ou=people,dc=x", False),  # the unit itself is nobody below it
        ("uid=novak,ou=people,dc=x", False),
        ("uid=novak,ou=podatelna,ou=people,dc=x,dc=evil", False),
        ("uid=novak\\,ou\\=podatelna,ou=people,dc=x", False),
        ("not a name", False),
    ],
)
def test_a_unit_gives_its_role_to_everybody_below_it(dn: str, given: bool):
    mapping = RoleMapping(unit="ou=podatelna,ou=people,dc=x", role=Role.MAIL_ROOM, municipality=KROMERIZ)
    assert bool(held(mapping, dn=dn)) == given


def test_a_unit_may_say_the_municipality():
    mapping = RoleMapping(unit="ou={municipality},ou=people,dc=x", role=Role.CLERK)
    assert held(mapping, dn="uid=novak,ou=588491,ou=people,dc=x") == (RoleHeld(HULIN, Role.CLERK),)


@pytest.mark.parametrize(
    ("value", "has", "given"),
    [
        ("Matrikářka", ["matrikářka"], True),
        ("Matrikářka", ["účetní", "MATRIKÁŘKA "], True),
        ("Matrikářka", ["matrikářka obce"], False),
        ("Matrik*", ["matrikářka obce"], True),
        ("*starosty", ["tajemník starosty"], True),
        ("*matrik*", ["vedoucí matriky města"], True),
        ("*matrik*", ["vedoucí podatelny"], False),
        ("Matrik*", [], False),
        ("a.c", ["abc"], False),
    ],
)
def test_a_value_of_an_attribute_gives_its_role(value: str, has: list[str], given: bool):
    mapping = RoleMapping(attribute="Title", value=value, role=Role.REGISTRAR, municipality=HULIN)
    assert bool(held(mapping, values={"title": has})) == given


def test_a_value_may_say_the_municipality():
    mapping = RoleMapping(attribute="department", value="*({municipality})", role=Role.CLERK)
    assert held(mapping, values={"department": ["Hulín (588491)"]}) == (RoleHeld(HULIN, Role.CLERK),)
    assert held(mapping, values={"department": ["Hulín (588491) a okolí"]}) == ()


def test_one_appointed_person_has_the_role_and_nobody_else():
    mapping = RoleMapping(person="Novak", role=Role.AUDITOR, municipality=KROMERIZ)
    assert held(mapping) == (RoleHeld(KROMERIZ, Role.AUDITOR),)
    assert held(mapping, login="novak2") == ()


def test_a_rule_of_one_name_gives_nothing_to_another_that_only_looks_like_it():
    mapping = RoleMapping(person="Strauss", role=Role.MAYOR, municipality=KROMERIZ)
    assert held(mapping, login="sTRAUSS")
    for namesake in ("strauß", "ſtrauss", "strausｓ", "strauss\u00ad"):
        assert held(mapping, login=namesake) == ()
    group = RoleMapping(group="cn=strauss,dc=test", role=Role.MAYOR, municipality=KROMERIZ)
    assert held(group, groups=["CN=Strauss,DC=test"])
    assert held(group, groups=["cn=strauß,dc=test"]) == ()
    title = RoleMapping(attribute="title", value="Štrauß *", role=Role.MAYOR, municipality=KROMERIZ)
    assert held(title, values={"title": ["štrauß 1"]})
    assert held(title, values={"title": ["štrauss 1"]}) == ()


@given(days, st.none() | days, st.none() | days)
def test_a_role_is_held_from_its_first_day_to_its_last(day: date, first: date | None, last: date | None):
    mapping = RoleMapping(
        person="novak", role=Role.AUDITOR, municipality=KROMERIZ, valid_from=first, valid_until=last
    )
    assert bool(held(mapping, day)) == ((first or day) <= day <= (last or day))
    assert holds(first, last, day) == bool(held(mapping, day))


@pytest.mark.parametrize(
    ("moment", "day"),
    [("2026-12-31T22:59:59", date(2026, 12, 31)), ("2026-12-31T23:00:00", date(2027, 1, 1)),
     ("2026-07-31T21:59:59", date(2026, 7, 31)), ("2026-07-31T22:00:00", date(2026, 8, 1))],
)  # fmt: skip
def test_a_day_ends_at_midnight_in_the_offices(moment: str, day: date):
    assert czech_day(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == day


@given(days)
def test_a_day_begins_at_the_midnight_that_is_told(day: date):
    begins = czech_midnight(day)
    assert czech_day(begins) == day
    assert czech_day(begins - timedelta(microseconds=1)) == day - timedelta(days=1)


def test_a_directory_gives_no_role_outside_its_municipalities_but_tells_that_it_would():
    made = book(REGISTRAR, municipalities=[KROMERIZ])
    evidence = Evidence(
        dn=SOMEBODY.dn, login="novak", groups=["cn=registrar,ou=588491,ou=groups,dc=obec,dc=test"]
    )
    assert made.roles(evidence, DAY) == ()
    (given,) = made.given(evidence, DAY)
    assert (given.held, given.allowed, given.rule) == (IN_HULIN[0], False, 0)


@given(st.text(min_size=1, max_size=30), st.sampled_from(Role))
def test_whatever_people_call_themselves_no_rule_of_another_takes_it(name: str, role: Role):
    """A name full of syntax stays one value: it is no group, no unit, and no placeholder's municipality."""
    dn = f"cn={escaped(name)},ou=people,dc=obec,dc=test"
    made = book(
        RoleMapping(unit="ou={municipality},ou=people,dc=obec,dc=test", role=role),
        RoleMapping(group="cn={municipality},ou=groups,dc=obec,dc=test", role=role),
        RoleMapping(person="starosta", role=role, municipality=HULIN),
    )
    login = name if name.casefold() != "starosta" else "novak"
    assert made.roles(Evidence(dn=dn, login=login, groups=[dn], values={"title": [name]}), DAY) == ()


@given(st.lists(st.sampled_from([HULIN, KROMERIZ]), max_size=2), days, st.integers(0, 40))
def test_roles_are_sorted_without_repetition(places: list[MunicipalityCode], day: date, length: int):
    mappings = [
        RoleMapping(person="novak", role=Role.CLERK, municipality=place, valid_from=day) for place in places
    ]
    roles = book(*mappings, *mappings).roles(SOMEBODY, day + timedelta(days=length))
    assert roles == tuple(sorted({RoleHeld(place, Role.CLERK) for place in places}))


@pytest.mark.parametrize("name", ["group", "unit"])
def test_a_mapping_that_cannot_be_read_is_refused(name: str):
    with pytest.raises(DirectoryMisconfigured, match="role mapping 'mkb'"):
        book(RoleMapping(role=Role.AUDITOR, municipality=KROMERIZ, **{name: "mkb"}))
