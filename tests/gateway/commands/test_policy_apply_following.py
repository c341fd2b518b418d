"""`brana policy apply` of a folder that notes which version it follows: in a pipeline, and where others act too."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.vocabulary import Language
from gateway.commands.applying import Meant
from gateway.commands.applying import apply as applied
from gateway.commands.policy_following import FolderOvertaken, FolderTakenBack
from gateway.commands.policy_line import quoted
from gateway.commands.policy_offices import activation_of, office_of
from gateway.commands.preflight import CannotStart
from gateway.commands.publishing import NotInForce
from gateway.commands.state import now, open_state
from gateway.policy_office.scope import Scope
from gateway.storage.directory import StoredReplica
from idp.directory.same_person import no_others
from policies.load import CasesBroken
from policies.moments_said import moment_said
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN, Place
from tests.rig.policy_office import Person
from tests.rig.replica import fill, person

pytestmark = pytest.mark.real
CZECH = ("--language", "cs")
SECOND = HARMLESS.replace("further", "second")
WRITES = SECOND.replace('"read"', '"write"').replace(
    "when {", 'when { principal.roles.contains(Role::"data_protection_officer") &&'
)
CASE = """
[[case]]
name = "a further case"
roles = ["clerk"]
application = "map"
action = "read"
"""
NEVER = """
[[never]]
name = "officers-write-no-map"
title_cs = "Pověřenec mapy nemění"
title_en = "A data protection officer writes no map"
roles = ["data_protection_officer"]
applications = ["map"]
actions = ["write"]
without = ["requested", "emergency"]
"""
CASES = HULIN.replace(".cedar", ".cases.toml")


class Repository(Place):
    """An installation that has run, and the folder that was exported from it and is kept in git."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder / "repository"
        assert self.brana("export", str(self.folder)).exit_code == 0
        self.clones = 0

    def clone(self) -> Path:
        self.clones += 1
        return Path(shutil.copytree(self.folder, self.folder.with_name(f"clone{self.clones}")))

    def replace(self, old: str, new: str, file: str = HULIN) -> None:
        text = (self.folder / file).read_text("utf-8")
        assert old in text
        (self.folder / file).write_text(text.replace(old, new), "utf-8")

    def somebody_else(self, text: str, file: str = HULIN, old: str = "") -> None:
        """Brings it into force, behind what stands there or in the place of `old`."""
        before = self.in_force()
        changed = before[file].replace(old, text) if old else before[file] + text
        state = open_state(self.configuration)
        try:
            asyncio.run(applied(state, before | {file: changed}, "cli:root (eva)", now()))
        finally:
            state.database.close()

    def approve(self, by: str = "urad:mayor") -> None:
        """What is proposed of Hulín."""
        mayor, scope = Person(by).asking, Scope("588491")

        async def approved() -> None:
            office = office_of(state, no_others)
            (one,) = await office.proposals(mayor, scope)
            await activation_of(office).approve(mayor, one.id, one.digest, None, now())

        state = open_state(self.configuration)
        try:
            asyncio.run(approved())
        finally:
            state.database.close()

    def note(self, folder: Path) -> str:
        return (folder / "VERSION").read_text("utf-8").split()[0]


@contextmanager
def read_only(file: Path) -> Iterator[None]:
    """As a checkout that is mounted so."""
    if subprocess.run(["mount", "--bind", file, file], check=False).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", file], check=True)
        yield
    finally:
        subprocess.run(["umount", file], check=True)


@pytest.fixture
def place(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_fresh_clones_are_applied_one_after_the_other_though_nobody_keeps_their_note(
    place: Repository,
) -> None:
    place.add(HULIN, HARMLESS)
    first = place.clone()
    said = place.brana("apply", str(first))
    assert (said.exit_code, "changed: further" in said.output) == (0, True), said.output
    assert place.note(first) == place.newest()[0].version != place.note(place.folder)
    again = place.clone()
    said = place.brana("apply", str(again))
    assert (said.exit_code, said.output) == (0, "nothing differs from the policies in force\n")
    assert place.note(again) == place.newest()[0].version, "also where nothing had to be done"
    place.add(HULIN, SECOND)
    said = place.brana("apply", str(place.clone()))
    assert (said.exit_code, "changed: second" in said.output) == (0, True), said.output
    assert place.in_force()[HULIN] == (place.folder / HULIN).read_text("utf-8"), "to the letter"


def test_what_a_clone_without_its_note_changes_once_more_is_refused_and_with_it_done(
    place: Repository,
) -> None:
    place.add(HULIN, HARMLESS)
    assert place.brana("apply", str(place.clone())).exit_code == 0
    place.replace("Další", "Ještě další")
    with pytest.raises(FolderOvertaken) as refused:
        place.raised("apply", str(place.clone()))
    version = place.newest()[0].version
    file, remedy = str(refused.value).splitlines()[1:]
    assert file == f"    {HULIN}: Further (further)"
    assert remedy.endswith(f", then say --instead-of {quoted(place.newest()[0])}")
    with pytest.raises(FolderOvertaken, match=f"totéž od té doby změnil i někdo jiný; platí verze {version}"):
        place.raised("apply", str(place.clone()), *CZECH)
    kept = place.clone()
    (kept / "VERSION").write_text(f"{version}\n", "utf-8")
    said = place.brana("apply", str(kept))
    assert (said.exit_code, "changed: further" in said.output) == (0, True), said.output


def test_what_somebody_else_brought_meanwhile_is_kept_and_told_until_the_folder_has_it(
    place: Repository,
) -> None:
    follows = place.note(place.folder)
    place.somebody_else(HARMLESS)
    place.add(HULIN, SECOND)
    said = place.brana("apply", str(place.folder))
    assert said.exit_code == 0, said.output
    assert "changed: second" in said.output
    version = place.newest()[0].version
    assert said.output.splitlines()[-3:] == [
        f"stays in force, as it came after version {follows}, which the folder follows:",
        f"    {HULIN}: Further (further)",
        "    take it over into the folder (`brana policy export`); is it not to hold, say --instead-of "
        + quoted(place.newest()[0]),
    ]
    assert all(f'@id("{name}")' in place.in_force()[HULIN] for name in ("further", "second"))
    assert place.note(place.folder) == follows, "else the next apply would take it away"
    old = place.brana("apply", str(place.folder), *CZECH)
    assert old.exit_code == 0, old.output
    assert old.output.startswith(
        "nic z toho, co složka změnila, není nové\nplatí dál, protože to začalo platit"
    )
    told = json.loads(place.brana("apply", str(place.folder), "--json").output)
    assert (told["version"], told["kept"]) == ("", [f"{HULIN}: further"])
    over = place.brana("apply", str(place.folder), "--instead-of", version)
    assert over.exit_code == 0, over.output
    assert '@id("further")' not in place.in_force()[HULIN]
    assert place.note(place.folder) == place.newest()[0].version


def test_what_others_take_out_stays_out_and_what_both_changed_is_refused_by_files(place: Repository) -> None:
    place.add(HULIN, HARMLESS)
    place.add(CASES, CASE)
    assert place.brana("apply", str(place.folder)).exit_code == 0
    place.somebody_else("", old=HARMLESS)
    said = place.brana("apply", str(place.folder))
    assert (said.exit_code, f"    {HULIN}: Further (further)" in said.output) == (0, True), said.output
    assert '@id("further")' not in place.in_force()[HULIN]
    place.replace("Další", "Ještě další")
    place.replace('"a further case"\nroles = ["clerk"]', '"a further case"\nroles = ["mayor"]', CASES)
    place.somebody_else(
        '"a further case"\nroles = ["registrar"]', CASES, '"a further case"\nroles = ["clerk"]'
    )
    before = place.in_force()
    with pytest.raises(FolderOvertaken) as refused:
        place.raised("apply", str(place.folder))
    assert str(refused.value).splitlines()[1:3] == [
        f"    {CASES}: a further case",
        f"    {HULIN}: Further (further)",
    ]
    assert place.in_force() == before


def test_what_was_rolled_back_does_not_come_again_by_the_clock(place: Repository) -> None:
    follows, before = place.newest()[0], place.in_force()
    place.add(HULIN, HARMLESS)
    assert place.brana("apply", str(place.clone())).exit_code == 0
    brought = place.newest()[0]
    why = ("--why", "otevřelo to mapu")
    said = place.brana("roll-back", "588491", str(follows.number), *why)
    assert said.exit_code == 0, said.output
    with pytest.raises(FolderTakenBack) as refused:
        place.raised("apply", str(place.clone()))
    first, by, file, remedy = str(refused.value).splitlines()
    assert first.startswith(
        f"after version {follows.version}, which the folder follows, this was in force and"
    )
    assert by.startswith(f"    version {follows.version}, published ")
    assert by.endswith(": otevřelo to mapu")
    assert file == f"        {HULIN}: Further (further)"
    assert remedy.endswith(f"say --instead-of {quoted(follows)}")
    with pytest.raises(FolderTakenBack, match="to už platilo a někdo to vzal zpět"):
        place.raised("apply", str(place.clone()), *CZECH)
    assert place.in_force() == before
    place.add(HULIN, SECOND)
    with pytest.raises(FolderTakenBack):
        place.raised("apply", str(place.clone()))
    over = place.brana("apply", str(place.clone()), "--instead-of", follows.version)
    assert over.exit_code == 0, over.output
    assert place.in_force()[HULIN] == brought.texts[HULIN] + SECOND


def test_a_roll_back_beside_what_is_kept_stays(place: Repository) -> None:
    place.somebody_else(NEVER, CASES)
    number = place.newest()[0].number
    place.add(HULIN, HARMLESS)
    assert "stays in force" in place.brana("apply", str(place.folder)).output
    assert place.brana("roll-back", "588491", str(number), "--why", "vracíme to zpět").exit_code == 0
    with pytest.raises(FolderTakenBack, match="further"):
        place.raised("apply", str(place.folder))
    assert '@id("further")' not in place.in_force()[HULIN]
    place.replace(HARMLESS, "")
    said = place.brana("apply", str(place.folder))
    assert said.exit_code == 0, "taken back in the folder as well: " + said.output


def test_what_came_together_is_tried_by_the_cases_of_both(place: Repository) -> None:
    place.somebody_else(NEVER, CASES)
    place.add(HULIN, WRITES)
    before = place.in_force()
    with pytest.raises(CasesBroken, match="officers-write-no-map"):
        place.raised("apply", str(place.folder))
    assert place.in_force() == before


def test_versions_that_differ_in_cases_alone_are_told_apart_by_the_note(place: Repository) -> None:
    place.add(CASES, CASE)
    assert place.brana("apply", str(place.folder)).exit_code == 0
    assert len({place.note(place.folder), place.newest()[0].version}) == 1
    place.replace(CASE, "", CASES)
    clone = place.clone()
    name_alone = place.clone()
    (name_alone / "VERSION").write_text(place.note(clone), "utf-8")
    assert isinstance(place.brana("apply", str(name_alone)).exception, NotInForce), "two versions have it"
    said = place.brana("apply", str(clone))
    assert said.exit_code == 0, said.output
    assert CASE not in place.in_force()[CASES]


def test_versions_that_differ_in_cases_alone_are_told_apart_by_what_is_said(place: Repository) -> None:
    place.add(CASES, CASE)
    assert place.brana("apply", str(place.folder)).exit_code == 0
    meant = place.newest()[0]
    place.somebody_else(NEVER, CASES)
    there = place.newest()[0]
    assert meant.version == there.version
    place.replace(CASE, "", CASES)
    for said, complaint in ((meant.version, "it is not said which"), (quoted(meant)[1:-1], "another one is")):
        with pytest.raises(CannotStart, match=complaint) as refused:
            place.raised("apply", str(place.folder), "--instead-of", said)
        assert str(refused.value).endswith(f"say --instead-of {quoted(there)}")
    with pytest.raises(CannotStart, match="--instead-of names no version"):
        place.raised("apply", str(place.folder), "--instead-of", "the last one")
    with pytest.raises(NotInForce, match=f"say --instead-of {quoted(there)}"):
        place.raised("apply", str(place.folder), "--instead-of", "0123456789ab 0123456789ab")
    assert place.in_force() == there.texts
    over = place.brana("apply", str(place.folder), "--instead-of", quoted(there)[1:-1])
    assert over.exit_code == 0, over.output
    assert NEVER not in place.in_force()[CASES]


def test_a_proposal_of_a_folder_that_was_approved_is_no_change_of_somebody_else(place: Repository) -> None:
    place.proposing()
    place.add(HULIN, HARMLESS)
    assert "proposed for 588491" in place.brana("apply", str(place.clone())).output
    assert "already proposed for 588491" in place.brana("apply", str(place.clone())).output
    place.approve()
    same = place.clone()
    said = place.brana("apply", str(same))
    assert (said.exit_code, said.output) == (0, "nothing differs from the policies in force\n")
    assert place.note(same) == place.newest()[0].version != place.note(place.folder)
    place.add(HULIN, SECOND)
    said = place.brana("apply", str(place.clone()))
    assert (said.exit_code, "proposed for 588491" in said.output) == (0, True), said.output


def test_who_approved_what_is_exported_is_named_as_the_directory_has_them(place: Repository) -> None:
    place.proposing()
    place.add(HULIN, HARMLESS)
    assert place.brana("apply", str(place.folder)).exit_code == 0
    mayor = person(1)
    place.approve(f"urad:{mayor.identity}")
    state = open_state(place.configuration)
    try:
        assert fill(StoredReplica(state.database), [mayor], [], at=now()) is None
        at = moment_said(place.newest()[0].at, Language.ENGLISH)
    finally:
        state.database.close()
    said = place.brana("export", str(place.folder.with_name("fresh")))
    assert said.output.endswith(f", published {at} by {mayor.name}\n"), said.output


@pytest.mark.parametrize(
    "content",
    ["", "x", "0123456789ab extra", "x" * 100_000, "0123456789AB", "0123456789ab\n" + " " * 100_000],
)
def test_a_note_that_names_no_version_is_refused_and_not_shown(place: Repository, content: str) -> None:
    place.add(HULIN, HARMLESS)
    before = place.in_force()
    (place.folder / "VERSION").write_text(content, "utf-8")
    with pytest.raises(CannotStart, match="names no version") as refused:
        place.raised("apply", str(place.folder))
    assert len(str(refused.value)) < 400
    assert place.in_force() == before


def test_a_note_that_is_a_link_a_folder_or_a_pipe_is_refused(place: Repository) -> None:
    file, target = place.folder / "VERSION", place.folder.with_name("target")
    target.write_text(file.read_text("utf-8"), "utf-8")
    place.add(HULIN, HARMLESS)
    before = place.in_force()
    file.unlink()
    for number, make in enumerate((lambda: file.symlink_to(target), file.mkdir, lambda: os.mkfifo(file))):
        make()
        with pytest.raises(CannotStart, match="VERSION"):
            place.raised("apply", str(place.folder))
        file.rename(file.with_name(f"VERSION.{number}"))
    assert place.in_force() == before
    file.symlink_to(target)
    said = place.brana("apply", str(place.folder), "--instead-of", place.newest()[0].version)
    assert (said.exit_code, "the policies are in force, but " in said.output) == (0, True), said.output
    assert target.read_text("utf-8").split()[0] != place.newest()[0].version, (
        "nothing is written through a link"
    )


def test_where_the_note_cannot_be_written_it_is_told_first_what_is_in_force(place: Repository) -> None:
    place.add(HULIN, HARMLESS)
    note = place.folder / "VERSION"
    before = note.read_text("utf-8")
    with read_only(note):
        said = place.brana("apply", str(place.folder))
    assert said.exit_code == 0, said.output
    assert said.output.startswith("policies now: ")
    assert said.output.splitlines()[-1].startswith(
        f"the policies are in force, but {note} cannot be written: "
    )
    assert note.read_text("utf-8") == before
    assert '@id("further")' in place.in_force()[HULIN]


def test_what_comes_while_a_folder_is_tried_is_not_undone(place: Repository) -> None:
    state = open_state(place.configuration)
    try:
        meant = place.newest()[0]
        with pytest.raises(NotInForce, match="say it again"):
            asyncio.run(applied(state, {}, "cli:root (eva)", now(), Meant(meant.version, "0" * 64)))
    finally:
        state.database.close()
