"""`brana policy diff` and `apply`, where the product has run: a folder against what is in force, and in its place."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.problem import ConfigurationRefused
from config.sources import DISK
from gateway.commands.fitness import require_shared_policies
from gateway.commands.policy import command
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import book_at_start, in_force
from gateway.commands.state import now, open_state
from policies.brought import LeftWithoutPolicies
from policies.load import CasesBroken
from tests.policies.world import EXAMPLES
from tests.rig.installation import install

pytestmark = pytest.mark.real  # free ports are looked for
HULIN = "municipalities/588491.cedar"
NAMED = '\n@id("further") @title_cs("Další") @title_en("Further")\n'
FURTHER = NAMED + 'permit (principal, action, resource in Municipality::"588491");\n'
HARMLESS = FURTHER.replace("action,", 'action == Action::"read",').replace(
    ");", ') when { resource in Application::"map" };'
)
BROKEN = '\n[[case]]\nname = "a supplier signs"\nroles = ["supplier"]\naction = "sign"\n'


class Place:
    """An installation that has run, and a copy of its policies that somebody edits."""

    def __init__(self, folder: Path) -> None:
        self.configuration, self.folder = install(folder).configuration, folder / "git"
        shutil.copytree(EXAMPLES / "policies", self.folder)
        state = open_state(self.configuration)
        try:
            book_at_start(state, DISK, now())
        finally:
            state.database.close()

    def add(self, name: str, text: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def brana(self, name: str, *arguments: str) -> Result:
        line = [name, "--config", str(self.configuration), *arguments]
        return CliRunner().invoke(command, line, env={"COLUMNS": "200"})

    def in_force(self) -> dict[str, str]:
        state = open_state(self.configuration)
        try:
            found = in_force(state)
        finally:
            state.database.close()
        assert found is not None
        return dict(found.texts)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_differs_from_what_is_in_force_is_told(place: Place) -> None:
    same = place.brana("diff", str(place.folder))
    assert (same.exit_code, same.output) == (0, "nothing differs from the policies in force\n")
    czech = place.brana("diff", str(place.folder), "--language", "cs")
    assert (czech.exit_code, czech.output) == (0, "od platných pravidel se nic neliší\n")
    place.add(HULIN, FURTHER)
    said = place.brana("diff", str(place.folder), "--language", "cs")
    assert said.exit_code == 1
    assert said.output.startswith("588491 further: přidáno, oslabuje: Další\n")
    found = json.loads(place.brana("diff", str(place.folder), "--json").output)
    assert found["weakens"] is True
    assert [one["id"] for one in found["policies"]] == ["further"]


def test_what_is_applied_is_in_force_and_the_files_of_the_configuration_stay(place: Place) -> None:
    place.add(HULIN, HARMLESS)
    own = place.configuration.parent / "policies" / HULIN
    before = own.read_text("utf-8") if own.exists() else ""
    said = place.brana("apply", str(place.folder))
    assert (said.exit_code, said.output[:14]) == (0, "policies now: ")
    assert place.in_force()[HULIN].endswith(HARMLESS)
    assert (own.read_text("utf-8") if own.exists() else "") == before
    again = json.loads(place.brana("apply", str(place.folder), "--json").output)
    assert again == {"version": "", "proposed": []}


def test_others_than_were_meant_are_not_undone(place: Place) -> None:
    place.add(HULIN, HARMLESS)
    before = place.in_force()
    said = place.brana("apply", str(place.folder), "--instead-of", "0123456789ab")
    assert isinstance(said.exception, NotInForce)
    assert place.in_force() == before


def test_what_breaks_a_case_or_cannot_be_read_changes_nothing(place: Place) -> None:
    before = place.in_force()
    place.add("municipalities/588491.cases.toml", BROKEN)
    assert isinstance(place.brana("apply", str(place.folder)).exception, CasesBroken)
    place.add(HULIN, "permit (")
    assert isinstance(place.brana("apply", str(place.folder)).exception, ConfigurationRefused)
    assert place.in_force() == before


def test_a_permit_without_a_name_is_neither_fit_nor_applied(place: Place) -> None:
    place.add(HULIN, HARMLESS.replace(' @title_cs("Další")', ""))
    before = place.in_force()
    said = place.brana("check", str(place.folder))
    assert (said.exit_code, "the permit has no @title_cs" in said.output) == (1, True)
    assert isinstance(place.brana("apply", str(place.folder)).exception, ConfigurationRefused)
    assert place.in_force() == before


def test_a_municipality_is_not_left_without_policies_by_a_command_with_its_cases_or_without(
    place: Place,
) -> None:
    before = place.in_force()
    (place.folder / HULIN).write_text("// nic\n", "utf-8")
    (place.folder / "municipalities/588491.cases.toml").unlink()
    said = place.brana("check", str(place.folder))
    assert said.exit_code == 1
    assert f"{place.folder / HULIN}: Hulín would be left without any policy" in said.output
    assert "incident switch" in said.output
    (place.folder / HULIN).unlink()
    assert isinstance(place.brana("apply", str(place.folder)).exception, ConfigurationRefused)
    assert place.in_force() == before


def test_a_municipality_that_stands_without_policies_is_rolled_back_by_an_operator(place: Place) -> None:
    before = place.in_force()
    state = open_state(place.configuration)
    try:  # as an older version of the product let it come
        found = in_force(state)
        assert found is not None
        texts = {name: text for name, text in found.texts.items() if not name.startswith(HULIN[:-6])}
        emptied = replace(found, texts=texts)
        state.database.write_soon(lambda c: state.policy_versions(c).put_in_force(emptied)).result()
    finally:
        state.database.close()
    assert HULIN not in place.in_force()
    unknown = place.brana("roll-back", "Hulín", "7", "--why", "zpět")
    assert isinstance(unknown.exception, CannotStart)
    assert "policy version unknown" in str(unknown.exception)
    said = place.brana("roll-back", "Hulín", "1", "--why", "zpět")
    assert (said.exit_code, said.output[:14]) == (0, "policies now: ")
    assert place.in_force() == before


def test_files_that_leave_a_municipality_without_policies_are_neither_started_with_nor_put_in_force(
    place: Place,
) -> None:
    before = place.in_force()
    state = open_state(place.configuration)
    try:
        found = in_force(state)
        assert found is not None
        own = state.settings.policies.municipalities
        (own / "588491.cedar").write_text("// nic\n", "utf-8")
        (own / "588491.cases.toml").unlink(missing_ok=True)
        with pytest.raises(LeftWithoutPolicies, match="Hulín would be left without any policy"):
            require_shared_policies(state)
    finally:
        state.database.close()
    said = place.brana("replace", found.version)
    assert isinstance(said.exception, LeftWithoutPolicies)
    assert place.in_force() == before
