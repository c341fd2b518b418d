"""`brana policy apply` where a part of a folder rests on another part that somebody has to approve first."""

from pathlib import Path

import pytest

from tests.gateway.commands.test_policy_apply import Place

pytestmark = pytest.mark.real

RESTED_ON = """@id("officer-writes") @title_cs("Zápis") @title_en("Writing")
permit (principal is Person, action == Action::"write", resource in Application::"map")
when {
  principal.municipality == resource.municipality && context.sign_in.level >= 3 &&
  principal.roles.contains(Role::"data_protection_officer") &&
  !principal.roles_anywhere.contains(Role::"clerk") && !principal.roles_anywhere.contains(Role::"registrar")
};
"""
RESTING = """
[[case]]
name = "an officer of data protection writes the map"
roles = ["data_protection_officer"]
application = "map"
action = "write"
level = "phishing-resistant"
rule = "officer-writes"
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_whoever_proposes_half_of_a_folder_alone_is_told_by_the_exit_code(
    place: Place, option: tuple[str, ...]
) -> None:
    place.proposing()
    place.add("region/60-portal.cedar", RESTED_ON)
    place.add("municipalities/588491.cases.toml", RESTING)
    said = place.brana("apply", str(place.folder), *option)
    assert said.exit_code == 1
    assert "checks_failed" in said.output
    assert "proposed for region" in said.output or option
    assert ("apply the folder again" in said.output) is not bool(option)
