"""What the report says of devices depends on whether there are any with agents."""

import pytest

from gateway.compliance.demand import Standing
from gateway.compliance.report import judge
from tests.gateway.compliance.making import enrolled, facts
from tests.gateway.compliance.test_demands import DEMANDS, table


@pytest.mark.parametrize("demand", ["devices", "fields"])
def test_what_is_known_of_a_machine_is_told_by_whether_there_are_devices_with_agents(demand: str) -> None:
    (without,) = judge(DEMANDS[demand], facts()).findings
    (with_them,) = judge(DEMANDS[demand], table("devices", enabled=True)).findings
    assert (without.setting, without.write) == ("devices.enabled", "true")
    assert (with_them.setting, with_them.said == without.said) == ("", False)


def test_an_office_whose_devices_report_is_told_so() -> None:
    judged = judge(DEMANDS["devices"], enrolled())
    assert judged.standing is Standing.MET
    assert "(enrolled: 7, of these managed: 5)" in DEMANDS["devices"].how(enrolled()).en
