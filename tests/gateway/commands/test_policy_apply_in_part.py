"""`brana policy apply` of a folder of which a part is proposed, and of one that others have gone past."""

import json
from pathlib import Path

import pytest

from gateway.commands.publishing import NotInForce
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN, Place

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


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_whoever_replaces_by_half_is_told_by_the_exit_code(place: Place, option: tuple[str, ...]) -> None:
    place.proposing()
    place.folder = place.configuration.parent / "policies"
    place.add("region/60-portal.cedar", RESTED_ON)
    place.add("municipalities/588491.cases.toml", RESTING)
    said = place.brana("replace", place.newest()[0].version, *option)
    assert said.exit_code == 1, said.output
    if option:
        made = json.loads(said.output)
        assert made["version"] == ""
        assert [(one["scope"], one["reason"]) for one in made["proposed"]] == [
            ("588491", "checks_failed"),
            ("region", ""),
        ]
    else:
        assert "not proposed for 588491 (checks_failed)" in said.output
        assert "proposed for region, to be approved by somebody else: " in said.output
        assert "apply the folder again" in said.output


def test_a_folder_in_which_nothing_differs_asks_for_no_version(place: Place) -> None:
    """As a pipeline has it: a fresh copy with the note of the version before."""
    place.add(HULIN, HARMLESS)
    (place.folder / "VERSION").write_text("000000000000\n", "utf-8")
    assert isinstance(place.brana("apply", str(place.folder)).exception, NotInForce)
    (place.folder / "VERSION").unlink()
    assert place.brana("apply", str(place.folder)).exit_code == 0
    (place.folder / "VERSION").write_text("000000000000\n", "utf-8")
    said = place.brana("apply", str(place.folder))
    assert (said.exit_code, "nothing differs" in said.output) == (0, True)
