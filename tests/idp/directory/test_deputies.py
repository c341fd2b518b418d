from datetime import date

import pytest

from config.settings import Deputy
from config.vocabulary import ADMINISTRATORS, MunicipalityCode, Role
from idp.directory.deputies import acting, standing_in, together
from idp.directory.person import RoleHeld, StandIn

HULIN, KROMERIZ = MunicipalityCode("588491"), MunicipalityCode("588296")
FIRST, LAST = date(2026, 7, 1), date(2026, 7, 31)
HELD = [
    RoleHeld(HULIN, Role.MAYOR),
    RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR),
    RoleHeld(KROMERIZ, Role.CLERK),
]


def deputy(role: Role | None = None, municipality: MunicipalityCode | None = None) -> Deputy:
    return Deputy(
        person="novak", in_place_of="starosta", valid_from=FIRST, valid_until=LAST,
        role=role, municipality=municipality,
    )  # fmt: skip


def roles_lent(one: Deputy) -> list[RoleHeld]:
    return [each.held for each in taken_by(one)]


def taken_by(one: Deputy) -> tuple[StandIn, ...]:
    return standing_in([one], "novak", {"starosta": HELD}.__getitem__, FIRST)


@pytest.mark.parametrize(
    ("day", "stands_in"),
    [(date(2026, 6, 30), False), (FIRST, True), (LAST, True), (date(2026, 8, 1), False)],
)
def test_a_deputy_acts_from_the_first_day_to_the_last(day: date, stands_in: bool):
    assert bool(acting([deputy()], "NOVAK", day)) == stands_in


def test_nobody_else_acts():
    assert acting([deputy()], "novak2", FIRST) == []
    assert acting([deputy()], "ｎovak", FIRST) == []  # another account, to a directory


def test_roles_of_administrators_do_not_pass_unless_named():
    assert roles_lent(deputy()) == [RoleHeld(KROMERIZ, Role.CLERK), RoleHeld(HULIN, Role.MAYOR)]  # sorted
    assert {one.role for one in roles_lent(deputy())}.isdisjoint(ADMINISTRATORS)
    assert roles_lent(deputy(Role.LOCAL_ADMINISTRATOR)) == [RoleHeld(HULIN, Role.LOCAL_ADMINISTRATOR)]


def test_a_deputy_of_one_role_or_municipality_has_no_other():
    assert roles_lent(deputy(Role.MAYOR)) == [RoleHeld(HULIN, Role.MAYOR)]
    assert roles_lent(deputy(municipality=KROMERIZ)) == [RoleHeld(KROMERIZ, Role.CLERK)]
    assert roles_lent(deputy(Role.MAYOR, KROMERIZ)) == []


def test_what_is_lent_says_whose_it_is_and_joins_what_is_held():
    taken = taken_by(deputy(Role.MAYOR))
    assert [one.in_place_of for one in taken] == ["starosta"]
    assert together([RoleHeld(KROMERIZ, Role.CLERK)], taken) == (
        RoleHeld(KROMERIZ, Role.CLERK),
        RoleHeld(HULIN, Role.MAYOR),
    )
