"""What the report tells of devices with agents."""

from gateway.compliance.demand import Standing
from gateway.compliance.report import judge
from tests.gateway.compliance.making import enrolled
from tests.gateway.compliance.test_demands import DEMANDS


def test_an_office_whose_devices_report_is_told_so() -> None:
    judged = judge(DEMANDS["devices"], enrolled())
    assert judged.standing is Standing.MET
    assert "(enrolled: 7, of these managed: 5)" in DEMANDS["devices"].how(enrolled()).en
