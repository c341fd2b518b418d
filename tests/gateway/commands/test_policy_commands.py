"""`brana policy check|test|diff`, for people who keep policies in a folder of their own."""

import json
import re
import shutil
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import config
from config.problem import ConfigurationRefused
from config.sources import ACCEPTED, Noting
from gateway.commands.fitness import require_cases
from gateway.commands.policy import command
from gateway.commands.policy_folder import policy_folder
from policies.case_difference import CaseChange
from policies.difference import PolicyChange
from policies.load import CasesBroken
from tests.gateway.commands.documented_json import documented, documented_of_each

EXAMPLES = Path(config.__file__).parent / "examples"
HULIN = "municipalities/588491.cedar"
NAMED = '\n@id("further") @title_cs("Další") @title_en("Further")\n'
FURTHER = NAMED + 'permit (principal, action, resource in Municipality::"588491");\n'
HARMLESS = FURTHER.replace("action,", 'action == Action::"read",').replace(
    ");", ') when { resource in Application::"map" };'
)
BROKEN = '\n[[case]]\nname = "a supplier signs"\nroles = ["supplier"]\naction = "sign"\n'


class Place:
    """A configuration, and a copy of its policies that somebody edits."""

    def __init__(self, folder: Path) -> None:
        text = (EXAMPLES / "embedded.toml").read_text("utf-8").replace('"/var/lib/brana"', '"state"')
        self.configuration, self.folder = folder / "brana.toml", folder / "git"
        self.configuration.write_text(text, "utf-8")
        shutil.copyfile(EXAMPLES / "kromeriz.csv", folder / "district.csv")
        for name in ("policies", "git"):
            shutil.copytree(EXAMPLES / "policies", folder / name)
        self.own = folder / "policies"
        self.state = folder / "state"
        self.state.mkdir()

    def add(self, name: str, text: str) -> None:
        with (self.folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def accept(self) -> None:
        """As a start does."""
        sources = Noting()
        meant = policy_folder(self.configuration, None)
        for folder in (meant.region, meant.municipalities):
            for file in sources.files(folder):
                sources.text(file)
        sources.keep(self.state / ACCEPTED)

    def brana(self, name: str, *arguments: str) -> Result:
        line = [name, "--config", str(self.configuration), *arguments]
        return CliRunner().invoke(command, line, env={"COLUMNS": "300"})


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_what_is_fit_is_told_with_its_version(place: Place) -> None:
    said = place.brana("check", str(place.folder))
    assert said.exit_code == 0, said.output
    assert "fit to come into force: " in said.output
    told = json.loads(place.brana("check", "--json").output)
    assert told["version"] in said.output
    assert set(told) == documented("check")


def test_all_problems_are_told_at_once_of_policies_and_of_cases(place: Place) -> None:
    place.add(HULIN, "permit (")
    place.add("region/guardrails.cases.toml", '[[case]]\nname = "x"\nroels = []\n')
    said = place.brana("check", str(place.folder))
    assert said.exit_code == 1
    assert "not a Cedar policy" in said.output
    assert "roels is nothing a case may say" in said.output
    found = json.loads(place.brana("check", str(place.folder), "--json").output)
    assert found["fit"] is False
    assert [Path(one["file"]).name for one in found["problems"]] == ["588491.cedar", "guardrails.cases.toml"]
    assert all(one["remedy"] for one in found["problems"])


def test_a_broken_case_is_a_problem_and_a_row(place: Place) -> None:
    place.add("municipalities/588491.cases.toml", BROKEN)
    said = place.brana("check", str(place.folder))
    assert (said.exit_code, '"a supplier signs" is broken at Hulín' in said.output) == (1, True)
    shown = place.brana("test", str(place.folder))
    assert shown.exit_code == 1
    assert "1 broken" in shown.output
    (row,) = [line for line in shown.output.splitlines() if "a supplier signs" in line]
    assert "BROKEN at 1, Hulín: expected to be permitted, and is refused (no_valid_order: " in row
    rows = json.loads(place.brana("test", str(place.folder), "--json").stdout)
    assert [one["name"] for one in rows if one["broken"]] == ["a supplier signs"]
    assert {one["tried_at"] for one in rows} >= {1, 46}
    assert {name for one in rows for name in one} == documented("test") - {"case", "never"}


def test_cases_that_hold_are_shown_too(place: Place) -> None:
    shown = place.brana("test")
    assert (shown.exit_code, ", 0 broken" in shown.output) == (0, True)
    assert "never: supplier-neither-signs-nor-administers" in shown.output


def test_what_must_never_be_is_said_to_have_been_asked_and_to_hold(place: Place) -> None:
    shown = place.brana("test").output
    assert re.search(r"\d+ tried: \d+ cases, (\d+) of \1 nevers held \([1-9]\d+ questions\), 0 broken", shown)
    (row,) = [line for line in shown.splitlines() if "never: password-alone" in line]
    assert re.search(r"46 +[1-9]\d+ +holds", row), "the region refuses each of them, which was asked"
    place.add(HULIN, FURTHER)
    broken = place.brana("test", str(place.folder)).output
    held, of = re.search(r"(\d+) of (\d+) nevers held", broken).groups()  # type: ignore[union-attr]
    assert int(held) < int(of)


def test_cases_of_policies_with_faults_are_not_tried(place: Place) -> None:
    place.add(HULIN, "permit (")
    assert isinstance(place.brana("test", str(place.folder)).exception, ConfigurationRefused)


def test_where_nothing_is_in_force_everything_is_new(place: Place) -> None:
    found = json.loads(place.brana("diff", "--json").output)
    assert {one["kind"] for one in found["policies"]} == {"added"}
    assert set(found) == documented("diff")


def test_all_that_a_difference_says_of_each_is_documented() -> None:
    for name, of in (("policies", PolicyChange), ("cases", CaseChange)):
        assert {one.name for one in fields(of)} - documented_of_each("diff", name) == set()


def test_a_command_that_is_not_understood_ends_with_two(place: Place) -> None:
    assert place.brana("check", str(place.folder / "nowhere")).exit_code == 2
    assert place.brana("apply").exit_code == 2


def test_every_command_is_one_of_the_group() -> None:
    context = click.Context(command)
    for name in ("check", "test", "diff", "apply"):
        found = command.get_command(context, name)
        assert found is not None
        assert found.name == name


def test_a_start_tries_policies_that_are_others_than_those_accepted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    meant = policy_folder(place.configuration, None)
    broken = place.own / "municipalities/588491.cases.toml"
    whole = broken.read_text("utf-8")
    place.accept()
    broken.write_text(whole + BROKEN, "utf-8")
    with pytest.raises(CasesBroken):
        require_cases(meant.settings, meant.district, Noting())
    (place.state / ACCEPTED).write_text("{", "utf-8")  # what cannot be read says nothing of what was accepted
    with pytest.raises(CasesBroken):
        require_cases(meant.settings, meant.district, Noting())
    broken.write_text(whole, "utf-8")
    place.accept()
    monkeypatch.setattr("gateway.commands.fitness.policy_book", None)
    require_cases(meant.settings, meant.district, Noting())
    (place.state / ACCEPTED).unlink()
    require_cases(meant.settings, meant.district, Noting())
