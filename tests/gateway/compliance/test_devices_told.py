"""What the report says of devices depends on whether there are any with agents."""

import pytest

from gateway.compliance.report import judge
from tests.gateway.compliance.making import facts
from tests.gateway.compliance.test_demands import DEMANDS, table


@pytest.mark.parametrize("demand", ["devices", "fields"])
def test_what_is_known_of_a_machine_is_told_by_whether_there_are_devices_with_agents(demand: str) -> None:
    (without,) = judge(DEMANDS[demand], facts()).findings
    (with_them,) = judge(DEMANDS[demand], table("devices", enabled=True)).findings
    assert (without.setting, without.write) == ("devices.enabled", "true")
    assert (
        "Zařízení s agentem tu nejsou" in without.said.cs or "zařízení s agentem tu nejsou" in without.said.cs
    )
    assert with_them.setting == ""
    assert "agent" in with_them.said.cs
    assert "nejsou zavedena" not in with_them.said.cs
