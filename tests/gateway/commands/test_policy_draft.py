"""`brana policy diff`, `matrix --against` and `simulate` of a folder that follows a version: what `apply` would do."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import Action, ApplicationId, Role
from gateway.commands.policy_line import quoted
from gateway.commands.preflight import CannotStart
from gateway.commands.state import now, open_state
from gateway.storage.audit import append
from tests.gateway.commands.documented_json import documented
from tests.gateway.commands.test_policy_apply import HARMLESS, HULIN
from tests.gateway.commands.test_policy_apply_following import CZECH, SECOND, Repository
from tests.gateway.storage.test_audit_decisions import entry
from tests.policies.world import HULIN as CODE
from tests.policies.world import ask

pytestmark = pytest.mark.real
LAST_DAY = ("--days", "1")
DRAWS = SECOND.replace('"read"', '"write"').replace(
    "when {", 'when { principal.roles.contains(Role::"accountant") &&'
)


@pytest.fixture
def place(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def kept(place: Repository, name: str = "Further (further)") -> list[str]:
    follows, version = place.note(place.folder), quoted(place.newest()[0])
    return [
        f"stays in force, as it came after version {follows}, which the folder follows:",
        f"    {HULIN}: {name}",
        f"    take it over into the folder (`brana policy export`); is it not to hold, say --instead-of {version}",
    ]


def overtaken(place: Repository) -> None:
    """The folder and somebody else bring the same policy, each with a title of its own."""
    place.add(HULIN, HARMLESS.replace("Další", "Ještě další"))
    place.somebody_else(HARMLESS)


def test_the_difference_is_what_apply_would_change_and_names_what_stays(place: Repository) -> None:
    place.somebody_else(HARMLESS)
    same = place.brana("diff", str(place.folder))
    assert (same.exit_code, same.output.splitlines()) == (
        0,
        ["nothing that the folder changed is new", *kept(place)],
    )
    place.add(HULIN, SECOND)
    said = place.brana("diff", str(place.folder))
    lines = said.output.splitlines()
    assert (said.exit_code, lines[0], lines[-3:]) == (
        1,
        "588491 second: added, weakens: Further",
        kept(place),
    )
    assert "588491 further" not in said.output
    czech = place.brana("diff", str(place.folder), *CZECH).output.splitlines()
    assert czech[-3].startswith("platí dál, protože to začalo platit až po verzi ")
    found = json.loads(place.brana("diff", str(place.folder), "--json").output)
    assert set(found) == documented("diff")
    assert ([one["id"] for one in found["policies"]], found["kept"], found["refused"]) == (
        ["second"],
        [f"{HULIN}: further"],
        "",
    )
    applied = place.brana("apply", str(place.folder))
    assert "changed: second" in applied.output.splitlines(), applied.output


def test_the_matrix_takes_nothing_that_apply_would_leave(place: Repository) -> None:
    exported = place.clone()
    place.somebody_else(DRAWS)
    place.add(HULIN, DRAWS.replace("second", "further").replace("accountant", "authorising_officer"))
    asked = ("Hulín", "--application", "map", "--against", str(place.folder))
    found = json.loads(place.brana("matrix", *asked, "--json").output)
    assert set(found) == documented("matrix --against")
    assert (found["lost"], found["kept"], found["refused"]) == ([], [f"{HULIN}: second"], "")
    assert {rule for one in found["gained"] for rule in one["rules"]} == {"further"}
    said = place.brana("matrix", *asked)
    assert (said.exit_code, said.output.splitlines()[-3:]) == (0, kept(place, "Further (second)")), (
        said.output
    )
    assert "Taken" not in said.output
    two = json.loads(place.brana("matrix", *asked, "--policies", str(exported), "--json").output)
    assert two["gained"] == found["gained"]
    assert two["kept"] == [], "two folders are compared with each other"


def test_a_simulation_asks_what_apply_would_put_in_force(place: Repository) -> None:
    place.somebody_else(DRAWS)
    at = now() - timedelta(minutes=1)
    asked = ask(
        (CODE, Role.ACCOUNTANT),
        application=ApplicationId("map"),
        action=Action.WRITE,
        now=at,
        authenticated_at=at - timedelta(minutes=5),
    )
    state = open_state(place.configuration)
    try:
        state.database.write_soon(lambda connection: append(connection, [entry(asked, at)])).result()
    finally:
        state.database.close()
    said = place.brana("simulate", str(place.folder), *LAST_DAY)
    assert said.exit_code == 0, said.output
    assert "0  would be refused; people: 0" in said.output
    assert all(line in said.output.splitlines() for line in kept(place, "Further (second)"))
    found = json.loads(place.brana("simulate", str(place.folder), *LAST_DAY, "--json").output)
    assert set(found) == documented("simulate")
    assert (found["losses"], found["unchanged"], found["kept"]) == (0, 1, [f"{HULIN}: second"])
    assert found["today"] == found["draft"]
    (place.folder / "VERSION").unlink()
    whole = json.loads(place.brana("simulate", str(place.folder), *LAST_DAY, "--json").output)
    assert (whole["losses"], whole["kept"]) == (1, []), "a folder that follows nothing replaces everything"


def test_what_apply_would_refuse_is_said_first_and_the_whole_folder_shown(place: Repository) -> None:
    overtaken(place)
    folder = str(place.folder)
    version = place.newest()[0].version
    said = place.brana("diff", folder)
    lines = said.output.splitlines()
    assert (said.exit_code, lines[0]) == (1, "`brana policy apply` would refuse this folder:")
    assert lines[1].endswith(f"changed the same since; in force is {version}:")
    assert lines[2] == f"        {HULIN}: Further (further)"
    assert lines[4:6] == [
        "so what follows is of the whole folder against the policies in force, as with --instead-of",
        "588491 further: changed, words only: Further",
    ]
    czech = place.brana("diff", folder, *CZECH).output.splitlines()
    assert czech[0] == "`brana policy apply` by tuto složku odmítl:"
    assert "totéž od té doby změnil i někdo jiný" in czech[1]
    assert czech[2] == f"        {HULIN}: Další (further)"
    assert czech[4] == "dále se proto posuzuje celá složka proti platným pravidlům, jako s --instead-of"
    for asked in (("matrix", "Hulín", "--application", "map", "--against", folder), ("simulate", folder)):
        assert place.brana(*asked).output.splitlines()[:3] == lines[:3], asked
        found = json.loads(place.brana(*asked, "--json").output)
        assert found["refused"].splitlines()[1] == f"    {HULIN}: Further (further)"


def test_a_folder_whose_note_names_no_version_is_shown_whole_with_the_reason(place: Repository) -> None:
    (place.folder / "VERSION").write_text("[bold]x", "utf-8")
    place.add(HULIN, HARMLESS)
    with pytest.raises(CannotStart, match="names no version"):
        place.raised("apply", str(place.folder))
    lines = place.brana("diff", str(place.folder)).output.splitlines()
    assert lines[1] == f"    {place.folder / 'VERSION'} names no version"
    assert any(line.startswith("588491 further: added") for line in lines)
