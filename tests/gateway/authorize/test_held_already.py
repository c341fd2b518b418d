"""What somebody asks for and may do already, by the policies of the example."""

from datetime import timedelta

import pytest

from config.vocabulary import Action, ApplicationId, Role, SubjectId
from gateway.authorize.held_already import held_already
from gateway.authorize.snapshot import Snapshot
from tests.gateway.authorize.conftest import HULIN, KROMERIZ, NOW, RECORDS

WHO = SubjectId("urad:mayor")
BOTH = (Action.READ, Action.WRITE)


@pytest.mark.parametrize(
    ("role", "where", "held"),
    [
        (Role.CLERK, HULIN, {Action.READ, Action.WRITE}),
        (Role.MAYOR, HULIN, {Action.READ}),
        (Role.CLERK, KROMERIZ, set()),
        (Role.SUPPLIER, HULIN, set()),
    ],
)
def test_what_a_role_permits_anyway_is_told_with_its_rule(snapshot: Snapshot, role, where, held) -> None:
    found = held_already(WHO, [(where, role)], RECORDS, BOTH, HULIN, snapshot, NOW)
    assert {one.action for one in found} == held
    assert all(one.rule for one in found)


def test_only_what_was_asked_for_is_told_and_of_an_unknown_application_nothing(snapshot: Snapshot) -> None:
    clerk = [(HULIN, Role.CLERK)]
    assert [
        one.action
        for one in held_already(WHO, clerk, RECORDS, [Action.READ, Action.ADMINISTER], HULIN, snapshot, NOW)
    ] == [Action.READ]
    later = NOW + timedelta(days=1)
    assert held_already(WHO, clerk, ApplicationId("payroll"), BOTH, HULIN, snapshot, later) == ()
