"""Files that were emptied, so that guardrails vanish: applied, put in the place of others, and found by a start."""

from pathlib import Path

import pytest

from config.problem import ConfigurationRefused
from config.sources import DISK
from gateway.audit.entry import Code
from gateway.commands.fitness import checked, require_shared_policies
from gateway.commands.shared_policies import book_at_start
from gateway.commands.state import now, open_state
from policies.brought import BringsFaults
from tests.gateway.commands.test_policy_apply import Place
from tests.rig.installation import install

pytestmark = pytest.mark.real  # free ports are looked for
PERMIT = '@id("all") @title_cs("Vše") @title_en("All")\npermit (principal, action, resource);\n'
NONE, UNGUARDED = "the region has no policies", "no forbid would be left among the region's policies"
EMPTIED = {"no file": ({}, NONE), "remarks alone": ({"10.cedar": "// forbid ();\n"}, NONE),
           "permits alone": ({"10.cedar": PERMIT}, UNGUARDED)}  # fmt: skip


def emptied(policies: Path, texts: dict[str, str]) -> None:
    """With all cases, which would object besides."""
    for cases in policies.rglob("*.cases.toml"):
        cases.unlink()
    for file in (policies / "region").iterdir():
        file.unlink()
    for name, text in texts.items():
        (policies / "region" / name).write_text(text, "utf-8")


def test_no_command_and_no_start_puts_emptied_policies_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path)
    (version,) = [one.policy_version for one in place.newest()[2] if one.code is Code.POLICIES_LOADED]
    before, own = place.in_force(), place.settings().policies.region.parent
    for name, (texts, said) in EMPTIED.items():
        emptied(place.folder, texts)
        said_of_it = place.brana("check", str(place.folder))
        assert (said_of_it.exit_code, said in said_of_it.output) == (1, True), name
        with pytest.raises(ConfigurationRefused, match=said):
            place.raised("apply", str(place.folder))
        emptied(own, texts)
        with pytest.raises(ConfigurationRefused, match=said):
            place.raised("replace", version)
        if said is NONE:  # such files end a start before anything of the database is looked at
            with pytest.raises(ConfigurationRefused, match=said):
                checked(place.configuration)
        assert place.in_force() == before, name
    state = open_state(place.configuration)
    try:
        require_shared_policies(state)
        told = capsys.readouterr().err
        assert (UNGUARDED in told, "the policies in force stay as they are" in told) == (True, True), told
        assert book_at_start(state, DISK, now())[0].version == version
    finally:
        state.database.close()
    (refused,) = [one for one in place.newest()[2] if one.code is Code.CONFIGURATION_REFUSED]
    assert (refused.reason, UNGUARDED in str(refused.details)) == ("policies_with_faults", True)
    place.proposing()
    with pytest.raises(BringsFaults, match=UNGUARDED):
        place.raised("replace", version, "--without-approval", "nobody is here")


def test_a_first_start_without_any_policy_of_the_region_is_none(tmp_path: Path) -> None:
    configuration = install(tmp_path).configuration
    for file in (configuration.parent / "policies" / "region").iterdir():
        file.unlink()
    with pytest.raises(ConfigurationRefused, match=NONE):
        checked(configuration)
