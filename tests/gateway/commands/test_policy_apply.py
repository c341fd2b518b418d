"""`brana policy diff` and `apply`, where the product has run: a folder against what is in force, and in its place."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.problem import ConfigurationRefused
from config.settings import Settings
from config.sources import DISK
from gateway.alerts.delivered import DELIVERED
from gateway.alerts.matching import counts
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.fitness import notes
from gateway.commands.policy import command
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import book_at_start, in_force
from gateway.commands.state import now, open_state
from gateway.policy_office.version import Head, Version
from gateway.storage.audit_evidence import rows
from policies.load import CasesBroken
from tests.policies.world import EXAMPLES
from tests.rig.installation import install

pytestmark = pytest.mark.real  # free ports are looked for
HULIN = "municipalities/588491.cedar"
FURTHER = '\n@id("further")\npermit (principal, action, resource in Municipality::"588491");\n'
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

    def raised(self, name: str, *arguments: str) -> None:
        error = self.brana(name, *arguments).exception
        assert error is not None
        raise error

    def in_force(self) -> dict[str, str]:
        state = open_state(self.configuration)
        try:
            found = in_force(state)
        finally:
            state.database.close()
        assert found is not None
        return dict(found.texts)

    def edit(self) -> None:
        """The files of the configuration."""
        own = self.configuration.parent / "policies" / HULIN
        own.write_text(own.read_text("utf-8") + HARMLESS, "utf-8")

    def proposing(self) -> None:
        text = self.configuration.read_text("utf-8")
        self.configuration.write_text(
            text.replace("[policies]\n", '[policies]\nfrom_files = "propose"\n'), "utf-8"
        )

    def settings(self) -> Settings:
        state = open_state(self.configuration)
        state.database.close()
        return state.settings

    def newest(self) -> tuple[Version, list[Head], list[Entry]]:
        """In force, what was never approved, and what is recorded."""
        state = open_state(self.configuration)
        try:
            found = in_force(state)
            since, until = now() - timedelta(days=1), now() + timedelta(days=1)
            alone = state.database.read_now(lambda c: state.policy_versions(c).unapproved(since, until))
            entries = state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
        finally:
            state.database.close()
        assert found is not None
        return found, alone, entries


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
    assert said.output.startswith("588491 further: přidáno, oslabuje: further\n")
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


def test_files_in_the_place_of_a_version_are_in_force_and_told_as_approved_by_nobody(place: Place) -> None:
    before = place.newest()[0]
    place.edit()
    said = place.brana("replace", before.version)
    assert (said.exit_code, "policies now: " in said.output) == (0, True), said.output
    after, alone, entries = place.newest()
    assert [(one.number, one.approver) for one in alone] == [(after.number, "")]
    assert Code.POLICY_WITHOUT_APPROVAL not in [one.code for one in entries], "nobody was to approve it"
    with pytest.raises(CannotStart, match="nobody is to approve"):
        place.raised("replace", after.version, "--without-approval", "spěchá")


def test_where_files_are_proposed_replacing_proposes_them_too(place: Place) -> None:
    place.proposing()
    before = place.newest()[0]
    place.edit()
    said = place.brana("replace", before.version)
    assert said.exit_code == 0, said.output
    assert said.output.startswith("proposed for 588491, to be approved by somebody else: ")
    after, alone, entries = place.newest()
    assert (after, alone) == (before, [])
    assert entries[-1].code is Code.POLICY_SUBMITTED
    with pytest.raises(NotInForce):
        place.raised("replace", "000000000000")


def test_past_the_approval_files_come_into_force_with_a_reason_an_alert_and_a_line_in_the_report(
    place: Place,
) -> None:
    place.proposing()
    before = place.newest()[0]
    place.edit()
    for nothing in ("\u202e", "x" * 501):
        with pytest.raises(CannotStart, match="says nothing"):
            place.raised("replace", before.version, "--without-approval", nothing)
    assert place.newest()[0] == before
    said = place.brana("replace", before.version, "--without-approval", "radnice stojí")
    assert (said.exit_code, "an alert is raised" in said.output) == (0, True), said.output
    after, alone, entries = place.newest()
    assert (after.approver, after.note) == ("", "radnice stojí")
    assert [one.number for one in alone] == [after.number]
    told = next(one for one in entries if one.code is Code.POLICY_WITHOUT_APPROVAL)
    assert (told.details["after"], told.details["why"]) == (after.number, "radnice stojí")
    assert any(counts(rule, told) for rule in DELIVERED)


def test_that_one_person_is_enough_is_noted_of_a_configuration_with_what_to_set(place: Place) -> None:
    (note,) = notes(place.configuration, place.settings())
    assert "one person on this machine is enough" in str(note)
    assert '"propose"' in str(note)
    place.proposing()
    assert notes(place.configuration, place.settings()) == []
