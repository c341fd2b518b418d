"""`brana policy diff` and `apply`, where the product has run: a folder against what is in force, and in its place."""

import asyncio
import json
import shutil
from dataclasses import replace
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
from gateway.commands.fitness import notes, require_shared_policies
from gateway.commands.policy import command
from gateway.commands.policy_apply import proposed_as_json
from gateway.commands.policy_offices import office_of
from gateway.commands.preflight import CannotStart
from gateway.commands.proposing import Proposed
from gateway.commands.publishing import NotInForce
from gateway.commands.shared_policies import book_at_start, in_force
from gateway.commands.state import now, open_state
from gateway.policy_office.proposal import ProposalId
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Head, Version
from gateway.storage.audit_evidence import rows
from idp.directory.same_person import no_others
from policies.brought import BringsFaults, LeftWithoutPolicies
from policies.load import CasesBroken
from tests.gateway.commands.documented_json import documented
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

    def noted(self) -> list[str]:
        """What approvers read of the proposals of Hulín."""
        state = open_state(self.configuration)
        try:
            desk = asyncio.run(
                office_of(state, no_others).store.look(lambda one: one.proposals(Scope("588491"), 10))
            )
        finally:
            state.database.close()
        return [one.note for one in desk]


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
    assert again == {"version": "", "proposed": [], "kept": []}
    assert set(again) == documented("apply")


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
        place.raised("replace", after.version, "--without-approval", "na úřadě spěchá")


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
    assert place.noted() == [
        "Ze souborů provozovatele / from the operator's files: municipalities/588491.cedar"
    ]
    with pytest.raises(NotInForce, match=r"into these files; then say `brana policy replace [0-9a-f]{12}`"):
        place.raised("replace", "000000000000")


def test_what_is_proposed_is_told_to_programs_by_scope_name_and_reason(place: Place) -> None:
    place.proposing()
    place.add(HULIN, HARMLESS)
    place.add("region/10-sign-in.cedar", "\n// poznámka\n")
    told = json.loads(place.brana("apply", str(place.folder), "--json").stdout)
    assert (told["version"], [one["scope"] for one in told["proposed"]]) == ("", ["588491", "region"])
    assert {len(one["proposal"]) for one in told["proposed"]} == {22}
    assert {(one["reason"], *one["objections"]) for one in told["proposed"]} == {("",)}
    unfit = Proposed(Scope("588491"), ProposalId("A" * 22), "checks_failed", ("file:1: what\n    remedy",))
    assert proposed_as_json(unfit) == {
        "scope": "588491",
        "proposal": "",
        "already": False,
        "reason": "checks_failed",
        "objections": ["file:1: what\n    remedy"],
    }


def test_past_the_approval_files_come_into_force_with_a_reason_an_alert_and_a_line_in_the_report(
    place: Place,
) -> None:
    place.proposing()
    before = place.newest()[0]
    place.edit()
    for nothing, said in (("to je \u202e už", "says nothing"), ("spěchá to", "say why in 3 words at least")):
        with pytest.raises(CannotStart, match=said):
            place.raised("replace", before.version, "--without-approval", nothing)
    assert place.newest()[0] == before
    said = place.brana("replace", before.version, "--without-approval", "radnice zatím stojí")
    assert (said.exit_code, "an alert is raised" in said.output) == (0, True), said.output
    after, alone, entries = place.newest()
    assert (after.approver, after.note) == ("", "radnice zatím stojí")
    assert [one.number for one in alone] == [after.number]
    told = next(one for one in entries if one.code is Code.POLICY_WITHOUT_APPROVAL)
    assert (told.details["after"], told.details["why"]) == (after.number, "radnice zatím stojí")
    assert any(counts(rule, told) for rule in DELIVERED)


def test_that_one_person_is_enough_is_noted_of_a_configuration_with_what_to_set(place: Place) -> None:
    (note,) = notes(place.configuration, place.settings())
    assert "one person on this machine is enough" in str(note)
    assert '"propose"' in str(note)
    place.proposing()
    assert notes(place.configuration, place.settings()) == []


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
    unknown = place.brana("roll-back", "Hulín", "7", "--why", "vracíme to zpět")
    assert isinstance(unknown.exception, CannotStart)
    assert "There is no such version [policy_version_unknown]" in str(unknown.exception)
    said = place.brana("roll-back", "Hulín", "1", "--why", "vracíme to zpět")
    assert (said.exit_code, said.output[:14]) == (0, "policies now: ")
    assert place.in_force() == before


def test_with_files_that_leave_a_municipality_without_policies_a_start_stays_with_those_in_force(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    before = place.in_force()
    state = open_state(place.configuration)
    try:
        found = in_force(state)
        assert found is not None
        own = state.settings.policies.municipalities
        (own / "588491.cedar").write_text("// nic\n", "utf-8")
        for cases in own.parent.rglob("*.cases.toml"):  # those of the region name municipalities, too
            cases.unlink()
        require_shared_policies(state)
        told = capsys.readouterr().err
        assert "Hulín would be left without any policy" in told
        assert "the policies in force stay as they are" in told
        assert book_at_start(state, DISK, now())[0].version == found.version
    finally:
        state.database.close()
    (refused,) = [one for one in place.newest()[2] if one.code is Code.CONFIGURATION_REFUSED]
    assert refused.reason == "municipality_left_without_policies"
    assert "Hulín would be left without any policy" in str(refused.details)
    said = place.brana("replace", found.version)
    assert isinstance(said.exception, LeftWithoutPolicies)
    assert place.in_force() == before


SLIP = FURTHER.replace(";", " when { context has maintenence };")


def test_what_a_policy_asks_in_vain_is_told_and_neither_applied_nor_put_in_the_place_of_others(
    place: Place,
) -> None:
    before, what = place.in_force(), "`has maintenence` is never true"
    (version,) = [one.policy_version for one in place.newest()[2] if one.code is Code.POLICIES_LOADED]
    place.add(HULIN, SLIP)
    said = place.brana("check", str(place.folder))
    assert said.exit_code == 1
    assert f"{what}: context has nothing of that name" in said.output
    with pytest.raises(ConfigurationRefused, match="maintenence"):
        place.raised("apply", str(place.folder))
    own = place.configuration.parent / "policies" / HULIN
    own.write_text(own.read_text("utf-8") + SLIP, "utf-8")
    with pytest.raises(BringsFaults, match="maintenence"):
        place.raised("replace", version)
    place.proposing()
    with pytest.raises(BringsFaults, match="maintenence"):
        place.raised("replace", version, "--without-approval", "nobody is here")
    assert place.in_force() == before


def test_what_is_asked_in_vain_is_told_in_the_same_run_as_what_the_schema_objects_to(place: Place) -> None:
    before = place.in_force()
    misspelt = HARMLESS.replace("further", "misspelt").replace(";", " when { context.sign_in.levell > 1 };")
    place.add(HULIN, SLIP + misspelt)
    told = json.loads(place.brana("check", "--json", str(place.folder)).output)
    vain, unfit = (one["what"] for one in told["problems"])
    assert (vain[:32], unfit[:27]) == ("`has maintenence` is never true:", 'attribute "sign_in.levell" ')
    with pytest.raises(ConfigurationRefused, match=r"(?s)maintenence.*levell"):
        place.raised("apply", str(place.folder))
    (place.folder / "region/99-more.cedar").write_bytes(b"\xff")
    said = place.brana("check", str(place.folder))
    assert (said.exit_code, "UTF-8" in said.output) == (1, True)
    assert place.in_force() == before


def test_a_rule_in_vain_that_is_in_force_is_told_by_a_check_and_stops_no_other_change(place: Place) -> None:
    state = open_state(place.configuration)
    try:  # as an older version of the product let it come
        found = in_force(state)
        assert found is not None
        old = replace(found, texts={**found.texts, HULIN: found.texts[HULIN] + SLIP})
        state.database.write_soon(lambda c: state.policy_versions(c).put_in_force(old)).result()
    finally:
        state.database.close()
    place.add(HULIN, SLIP + "// Poznámka.\n")
    said = place.brana("check", str(place.folder))
    assert (said.exit_code, "fit to come into force" in said.output) == (0, True), "it is none of this change"
    assert "in force already: " in said.output
    assert "`has maintenence` is never true" in said.output
    told = json.loads(place.brana("check", "--json", str(place.folder)).output)
    assert (told["fit"], told["problems"], len(told["warnings"])) == (True, [], 1)
    assert "policies now: " in place.brana("apply", str(place.folder)).output


def test_a_version_that_decisions_name_is_explained_and_a_kept_one_is_written_out(place: Place) -> None:
    (version,) = [one.policy_version for one in place.newest()[2] if one.code is Code.POLICIES_LOADED]
    said = place.brana("version", version)
    assert (said.exit_code, said.output.count("in force from ")) == (0, 1)
    assert "still in force" in said.output
    assert "the kept version number 1: brana policy export FOLDER --number 1" in said.output
    (told,) = json.loads(place.brana("version", version, "--json").output)
    assert (told["kept"], told["closures"], told["previous"], told["until"]) == (1, None, "none", None)
    with pytest.raises(CannotStart, match="no policies of version 000000000000"):
        place.raised("version", "000000000000")
    first = place.in_force()
    place.add(HULIN, HARMLESS)
    assert place.brana("apply", str(place.folder)).exit_code == 0
    older = place.folder.parent / "older"
    assert place.brana("export", str(older), "--number", "1").exit_code == 0
    over = place.brana("version", version).output
    assert (" until " in over, "still in force" in over) == (True, False)
    assert f"when {place.newest()[0].version} came" in over
    (ended,) = json.loads(place.brana("version", version, "--json").output)
    assert ended["until"] > ended["at"]
    assert (older / HULIN).read_text("utf-8") == first[HULIN] != place.in_force()[HULIN]
    with pytest.raises(CannotStart, match="no version of number 9"):
        place.raised("export", str(older.with_name("none")), "--number", "9")
