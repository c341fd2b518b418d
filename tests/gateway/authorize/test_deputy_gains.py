"""What a delegation opens to a deputy by the policies of the example: a deputy mayor alone may sign for the mayor."""

import pytest

from config.vocabulary import Action, MunicipalityCode, Role, SubjectId
from gateway.access_review.campaign import Opened
from gateway.authorize.deputy_gains import gains
from gateway.authorize.snapshot import Snapshot
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW, RECORDS

MAYOR, DEPUTY = SubjectId("urad:mayor"), SubjectId("urad:deputy")
SIGNS = (Opened(RECORDS, (Action.SIGN,)),)


@pytest.mark.parametrize(
    ("own", "lent", "opened"),
    [
        ([(HULIN, Role.DEPUTY_MAYOR)], Role.MAYOR, SIGNS),
        ([(HULIN, Role.DEPUTY_MAYOR)], Role.REGISTRAR, ()),
        ([(HULIN, Role.CLERK)], Role.MAYOR, ()),
        ([(KROMERIZ, Role.DEPUTY_MAYOR)], Role.MAYOR, ()),
        ([(HULIN, Role.DEPUTY_MAYOR), (HULIN, Role.MAYOR)], Role.MAYOR, ()),
    ],
    ids=["of the mayor", "of another role", "by a clerk", "of elsewhere", "who may anyway"],
)
def test_a_deputy_gains_what_a_rule_makes_of_the_delegation_and_nothing_else(
    snapshot: Snapshot, own: list[tuple[MunicipalityCode, Role]], lent: Role, opened: tuple[Opened, ...]
) -> None:
    assert gains(DEPUTY, own, lent, MAYOR, HULIN, snapshot, NOW) == opened
