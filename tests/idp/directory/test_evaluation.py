"""Which roles somebody holds, from what was read of the person and of those in whose place the person stands."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from config.settings import Deputy, Directory, RoleMapping
from config.vocabulary import DirectoryName, MunicipalityCode, Role
from idp.directory.evaluation import Evaluation
from idp.directory.person import RoleHeld, StandIn
from idp.directory.role_mapping import Evidence

DAY, ONE = date(2026, 7, 1), timedelta(days=1)
HULIN = MunicipalityCode("588491")
MAYOR, CLERK = RoleHeld(HULIN, Role.MAYOR), RoleHeld(HULIN, Role.CLERK)
DEPUTIES = [
    Deputy(person=person, in_place_of=other, valid_from=DAY, valid_until=DAY)
    for person, other in [("novak", "starosta"), ("starosta", "vedouci")]
]
DIRECTORY = Directory(
    name=DirectoryName("urad"), servers=["ldaps://x"], authority=Path("x"), bind_dn="x",
    bind_password_file=Path("x"), people_base="dc=x", groups_base="dc=x", deputies=DEPUTIES,
    roles=[
        RoleMapping(group="cn=mayors,dc=x", role=Role.MAYOR, municipality=HULIN),
        RoleMapping(group="cn=clerks,dc=x", role=Role.CLERK, municipality=HULIN),
    ],
)  # fmt: skip
EVALUATION = Evaluation(DIRECTORY, None)
NOVAK = Evidence(dn="uid=novak,dc=x", login="novak", groups=["cn=clerks,dc=x"])
STAROSTA = Evidence(dn="uid=starosta,dc=x", login="Starosta", groups=["cn=mayors,dc=x"])


def test_a_deputy_has_the_own_roles_and_the_others():
    assert EVALUATION.represented("novak", DAY) == ["starosta"]
    held = EVALUATION.held(NOVAK, {"starosta": [STAROSTA]}, DAY)
    assert held.roles == (CLERK, MAYOR)
    assert held.standing_in == (StandIn(MAYOR, "starosta"),)


def test_what_the_other_holds_as_a_deputy_does_not_pass_on():
    head = Evidence(dn="uid=vedouci,dc=x", login="vedouci", groups=["cn=mayors,dc=x"])
    nothing_by_rules = replace(STAROSTA, groups=[])
    assert EVALUATION.held(nothing_by_rules, {"vedouci": [head]}, DAY).roles == (MAYOR,)
    assert EVALUATION.held(NOVAK, {"starosta": [nothing_by_rules], "vedouci": [head]}, DAY).roles == (CLERK,)


@pytest.mark.parametrize(
    "found",
    [
        [],
        [STAROSTA, replace(STAROSTA, dn="uid=starosta,ou=2,dc=x")],
        [replace(STAROSTA, login="stárosta")],
        [replace(STAROSTA, login="ſtarosta")],
    ],
    ids=["nobody", "several", "another one whom the directory takes for the same", "one that looks like it"],
)
def test_in_doubt_whose_place_it_is_nothing_passes_on(found: list[Evidence]):
    held = EVALUATION.held(NOVAK, {"starosta": found}, DAY)
    assert (held.roles, held.standing_in) == ((CLERK,), ())


def test_on_another_day_nobody_is_read_for_anybody():
    assert EVALUATION.represented("novak", date(2026, 7, 2)) == []
    assert EVALUATION.held(NOVAK, {}, date(2026, 7, 2)).roles == (CLERK,)


def test_roles_change_when_a_rule_or_a_deputyship_begins_and_on_the_day_after_it_is_over():
    assert EVALUATION.changes_after(DAY - ONE) == DAY
    assert EVALUATION.changes_after(DAY) == DAY + ONE
    assert EVALUATION.changes_after(DAY + ONE) is None
    rules = [
        RoleMapping(group="cn=mayors,dc=x", role=Role.MAYOR, municipality=HULIN, valid_until=DAY + 9 * ONE),
        RoleMapping(group="cn=clerks,dc=x", role=Role.CLERK, municipality=HULIN, valid_until=date.max),
    ]
    with_rules = Evaluation(structs.replace(DIRECTORY, roles=rules), None)
    assert with_rules.changes_after(DAY + ONE) == DAY + 10 * ONE
    assert with_rules.changes_after(DAY + 10 * ONE) is None
