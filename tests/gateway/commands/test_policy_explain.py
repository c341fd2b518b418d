"""`brana policy explain` and `brana policy matrix`, of policies in a folder and of those in force."""

import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from config.sources import DISK
from config.vocabulary import Language, Role
from gateway.__main__ import brana
from gateway.asks.ask import Kind
from gateway.authorize.explaining import anybody
from gateway.commands.policies_asked import policies_asked, snapshot_asked
from gateway.commands.policy_explain import held_by
from gateway.commands.policy_explain_shown import show_explained
from gateway.commands.policy_incident import incident
from gateway.commands.preflight import CannotStart
from gateway.commands.shared_policies import book_at_start
from gateway.commands.state import now, open_state
from idp.directory.same_person import Account
from policies.explained import Explained
from policies.model import Refused
from policies.reasons import Names
from tests.gateway.asks.town import EVA, JANA, PAVEL
from tests.gateway.asks.town import ask as ask_for
from tests.gateway.commands.documented_json import documented
from tests.policies.world import DISTRICT, ask
from tests.rig.installation import Installation, install

pytestmark = pytest.mark.real  # free ports are looked for
Say = Callable[..., Result]
NAMES = re.compile("Hulín|Kroměříž")  # of municipalities, in any language
CZECH = re.compile("[áčďéěíňóřšťúůýž]", re.IGNORECASE)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def say(office: Installation) -> Iterator[Say]:
    def said(*words: str, of_folder: bool = True) -> Result:
        folder = ["--policies", str(office.folder / "policies")] if of_folder else []
        arguments = ["policy", *words, *folder, "--config", str(office.configuration)]
        return CliRunner(env={"COLUMNS": "200"}).invoke(brana, arguments, terminal_width=200)

    return said


def told(result: Result) -> dict:
    assert not result.exception or isinstance(result.exception, SystemExit), result.output
    return json.loads(result.output)


def trouble(result: Result) -> str:
    assert isinstance(result.exception, CannotStart), result.output
    return str(result.exception)


def test_a_permit_is_told_with_the_rule_and_its_place(say: Say) -> None:
    result = say("explain", "records", "--role", "mayor@588491", "--json")
    found = told(result)
    assert (result.exit_code, found["permitted"]) == (0, True)
    assert [(one["rule"], one["file"], one["line"]) for one in found["rules"]] == [
        ("records-mayor", "municipalities/588491.cedar", 18)
    ]
    assert set(found) == documented("explain")
    raw = {one["name"]: one["raw"] for one in found["facts"]}
    assert raw["action"] == {"action": "read"}
    assert {one["raw"] is None for one in found["facts"] if not one["known"]} <= {True}


def test_a_refusal_is_told_with_what_would_help(say: Say) -> None:
    result = say("explain", "records", "--role", "mayor@588491", "--action", "write", "--json")
    found = told(result)
    assert (result.exit_code, found["permitted"], found["reason"]) == (1, False, "action_not_permitted")
    steps = [step for way in found["ways"] for step in way["steps"]]
    assert ("role", "chief_clerk registrar mail_room clerk") in [(one["kind"], one["value"]) for one in steps]
    assert {"request", "emergency"} < {one["kind"] for one in steps}
    assert all(one["how"]["cs"] for one in steps)
    assert found["instead"] == ["read", "sign"]


def test_deciding_is_about_somebody_else_s_request_unless_it_is_said_to_be_one_s_own(say: Say) -> None:
    words = ("explain", "requests", "--role", "mayor@588491", "--action", "sign", "--json")
    found = told(say(*words))
    assert (found["permitted"], found["reason"]) == (True, "")
    own = told(say(*words, "--own"))
    assert (own["permitted"], own["reason"]) == (False, "own_request")
    assert [step["kind"] for way in own["ways"] for step in way["steps"]] == ["somebody_else"]


WEAK = (
    "explain", "records", "--role", "mayor@588491", "--level", "password", "--municipality", "Kroměříž"
)  # fmt: skip


def test_all_that_is_told_is_english_as_of_other_commands_or_what_is_asked_for(say: Say) -> None:
    english = say(*WEAK).output
    assert "refused [two_factors_needed]" in english
    assert not CZECH.search(NAMES.sub("", english)), english
    table = say("matrix", "Hulín").output
    assert "chief clerk" in table
    assert not CZECH.search(NAMES.sub("", table)), table
    assert "referent" in say("matrix", "Hulín", "--language", "cs").output


def test_a_person_reads_it_in_czech(say: Say) -> None:
    result = say(*WEAK, "--language", "cs")
    assert result.exit_code == 1
    assert "zamítnuto [two_factors_needed]" in result.output
    assert "starosta (Hulín): " in result.output
    assert "Přečte si: „Je potřeba vícefaktorové ověření." in result.output
    assert "pravidlo two-factors (region/10-sign-in.cedar:6)" in result.output
    assert "context.sign_in.level  úroveň přihlášení" in result.output
    assert "- přihlášení úrovně 2: heslo a druhý faktor – Ať se znovu přihlásí" in result.output


def test_what_nothing_would_permit_is_said_to_be_hopeless(say: Say) -> None:
    asked = ("explain", "map", "--role", "mayor@588491", "--action", "sign", "--at", "2026-11-23T09:00")
    result = say(*asked, "--language", "cs")
    assert "Žádná změna do tří kroků to nepovolí" in result.output
    assert "Takto smí: číst" in result.output


def test_where_no_policy_is_asked_nothing_is_said_to_have_been_tried() -> None:
    refused = Refused(
        reason="no_role",
        rule="",
        version="v",
        title=dict.fromkeys(Language, "Ne"),
        advice=dict.fromkeys(Language, ""),
    )
    which = {Language.CZECH: "Tyto dvě.", Language.ENGLISH: "These two."}
    lent = {Language.CZECH: "Zastupuje.", Language.ENGLISH: "They stand in."}
    found = Explained(ask(), refused, (), (), (), (), 0, complete=True, beforehand=(which,), besides=(lent,))
    out = Console(record=True, width=120, file=StringIO())
    show_explained(found, anybody(), Names(DISTRICT, {}), Language.ENGLISH, out)
    text = out.export_text()
    assert "before any policy was asked" in text
    assert "  These two.\n" in text
    assert "  They stand in.\n" in text
    assert "0 questions" not in text


def test_what_each_account_of_a_person_was_let_do_counts_as_that_account_s(office: Installation) -> None:
    own, other = (ask_for(Kind.DELEGATION, EVA, who, role=Role.MAYOR) for who in (JANA, PAVEL))
    others = [Account(PAVEL.subject, "jana.jina")]
    stranger = ask_for(Kind.DELEGATION, JANA, EVA, role=Role.MAYOR)
    found = held_by(JANA.subject, others, [own, other, stranger])
    assert found == [own, other]
    made = snapshot_asked(policies_asked(office.configuration, office.folder / "policies"), found, others)
    assert made.asks(JANA.subject) == [own]
    assert made.asks(PAVEL.subject) == [other]
    assert made.duties.others(JANA.subject) == others


def test_circumstances_are_those_that_are_written(say: Say) -> None:
    old = ("explain", "records", "--role", "mayor@588491", "--action", "sign", "--age", "9 h")
    found = told(say(*old, "--at", "2026-11-23T09:00", "--json"))
    assert (found["reason"], found["at"]) == ("sign_in_too_old_to_sign", "2026-11-23T09:00:00+01:00")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("explain", "records"), "who asks is not said"),
        (("explain", "records", "--role", "mayor@588491", "--person", "x"), "who asks is not said"),
        (("explain", "payroll", "--role", "mayor@588491"), "no application 'payroll'"),
        (("explain", "records", "--role", "mayr@588491"), "there is no role 'mayr'; did you mean mayor"),
        (("explain", "records", "--role", "mayor@999999"), "no municipality '999999'"),
        (("explain", "records", "--role", "mayor@588491", "--at", "soon"), "is no moment"),
        (("explain", "records", "--role", "mayor@588491", "--at", "1880-01-01T10:00"), "years 2000 to 2099"),
        (("explain", "records", "--role", "mayor@588491", "--at", "9999-12-31T23:00"), "years 2000 to 2099"),
        (("matrix", "Brno"), "no municipality 'Brno' in the district\n"),
        (("matrix", "Hulin"), "did you mean Hulín (588491)?"),
        (("matrix", "58849"), "Hulín (588491)"),
        (("explain", "records", "--role", "mayor@chropyne"), "Chropyně ("),
        (
            ("explain", "records", "--role", "mayor@588491", "--route", "x"),
            "none of its [[applications.routes]]",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_to_do(
    say: Say, words: tuple[str, ...], complaint: str
) -> None:
    said = trouble(say(*words))
    assert complaint in said
    assert "\n" in said


@pytest.mark.parametrize(
    ("option", "written", "complaint"),
    [("--address", "tady", "is no IP address"), ("--country", "Cesko", "write its two letters")],
)
def test_where_nobody_can_come_from_is_an_error_and_no_answer(
    say: Say, option: str, written: str, complaint: str
) -> None:
    result = say("explain", "records", "--role", "mayor@588491", option, written)
    assert result.exit_code == 2
    assert complaint in result.output


@pytest.mark.parametrize("words", [("explain", "records", "--role", "mayor@588491"), ("matrix", "Hulín")])
def test_a_folder_is_asked_where_nothing_of_a_server_is(office: Installation, words: tuple[str, ...]) -> None:
    plain = office.folder / "plain.toml"
    text = office.configuration.read_text("utf-8")
    plain.write_text(text.replace("tls/public", "nowhere/public"), "utf-8")
    folder = ["--policies", str(office.folder / "policies"), "--config", str(plain)]
    result = CliRunner().invoke(brana, ["policy", *words, *folder])
    assert (result.exit_code, result.exception) == (0, None)


def test_policies_in_force_need_a_state_and_are_asked_then(office: Installation, say: Say) -> None:
    words = ("explain", "records", "--role", "mayor@588491", "--json")
    assert "no state at" in trouble(say(*words, of_folder=False))
    state = open_state(office.configuration)
    try:
        state.keys  # noqa: B018 - a state has begun once it has its keys
    finally:
        state.database.close()
    in_force, of_folder = told(say(*words, of_folder=False)), told(say(*words))
    assert (in_force["permitted"], in_force["version"]) == (True, of_folder["version"])
    assert in_force["rules"][0]["file"] == str(office.folder / "policies/municipalities/588491.cedar")


def test_the_matrix_is_lines_for_people_and_cells_for_programs(say: Say) -> None:
    result = say("matrix", "Hulín", "--application", "records")
    assert result.exit_code == 0
    assert "mayor" in result.output
    assert "…" not in result.output  # folded, and not cut off
    assert "The mayor reads and signs records (records-mayor)" in " ".join(result.output.split())
    content = told(say("matrix", "588491", "--application", "records", "--json"))
    actions = {cell["action"] for cell in content["cells"]}
    assert len(content["cells"]) == 15 * len(actions) * 3 * 3
    assert actions == {"read"}, "its routes ask for nothing else"
    assert {cell["application"] for cell in content["cells"]} == {"records"}
    assert set(content) == documented("matrix")


def test_the_difference_to_a_folder_says_who_would_gain_and_lose(
    office: Installation, say: Say, tmp_path: Path
) -> None:
    copytree(office.folder / "policies", tmp_path / "draft")
    file = tmp_path / "draft" / "municipalities" / "588491.cedar"
    text = file.read_text("utf-8")
    changed = text.replace(
        'principal.roles.contains(Role::"deputy_mayor")', 'principal.roles.contains(Role::"auditor")'
    )
    assert changed != text
    file.write_text(changed, "utf-8")
    words = ("matrix", "Hulín", "--against", str(tmp_path / "draft"))
    said = say(*words).output
    assert "Given" in said
    assert "Taken" in said
    content = told(say(*words, "--json"))
    assert set(content) == documented("matrix --against")
    assert [(one["roles"], one["application"]) for one in content["lost"]] == [(["deputy_mayor"], "records")]
    assert [one["roles"] for one in content["gained"]] == [["auditor"]]
    assert content["before"] != content["after"]
    same = say("matrix", "Hulín", "--against", str(office.folder / "policies")).output
    assert "Nobody gains or loses anything." in same


@pytest.fixture
def budget_closed(office: Installation) -> Iterator[None]:
    """In an incident; and a state that has begun."""
    state = open_state(office.configuration)
    try:
        state.keys  # noqa: B018 - a state has begun once it has its keys
        book_at_start(state, DISK, now())
    finally:
        state.database.close()
    where = ["--config", str(office.configuration)]
    reasons = ["--reason-cs", "Únik hesel.", "--reason-en", "Passwords have leaked."]
    closed = CliRunner().invoke(incident, ["close", "application", "budget", *reasons, "--json", *where])
    yield
    again = CliRunner().invoke(
        incident, ["open", json.loads(closed.stdout)["id"], "--why", "Hesla jsou změněna.", *where]
    )
    assert again.exit_code == 0, again.output


@pytest.mark.usefixtures("budget_closed")
def test_what_an_incident_closes_stays_closed_in_a_folder_too(office: Installation, say: Say) -> None:
    words = ("matrix", "Hulín", "--against", str(office.folder / "policies"))
    said = say(*words, of_folder=False).output
    assert "Nobody gains or loses anything." in said
    assert "Closed in an incident at the moment: one application: budget" in said
    content = told(say(*words, "--json"))
    assert (content["gained"], content["lost"], content["before"]) == ([], [], content["after"])
    asked = ("explain", "budget", "--role", "mayor@588491", "--json")
    in_force, of_folder = told(say(*asked, of_folder=False)), told(say(*asked))
    assert of_folder["reason"] == in_force["reason"] == "incident_application"
    assert of_folder["version"] == in_force["version"]


def test_a_named_part_stands_beside_its_application_and_what_differs_there_is_told(
    office: Installation, tmp_path: Path
) -> None:
    row = '[[applications.routes]]\naction = "read"\n'
    named = '[[applications.routes]]\nname = "reports"\npath = "/reports"\naction = "read"\n'
    parted = office.folder / "parted.toml"
    parted.write_text(office.configuration.read_text("utf-8").replace(row, named + row, 1), "utf-8")
    copytree(office.folder / "policies", tmp_path / "draft")
    shut = """
@id("reports-shut") @reason("reports_shut") @title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource in Municipality::"588491")
when { context has route && context.route.id == "reports" };
"""
    with (tmp_path / "draft/municipalities/588491.cedar").open("a", encoding="utf-8") as file:
        file.write(shut)

    words = [
        "policy",
        "matrix",
        "Hulín",
        "--policies",
        str(office.folder / "policies"),
        "--config",
        str(parted),
    ]
    assert "(reports)" in CliRunner().invoke(brana, words, terminal_width=200).output
    against = [*words, "--against", str(tmp_path / "draft"), "--json"]
    lost = told(CliRunner().invoke(brana, against))["lost"]
    assert {one["part"] for one in lost} == {"reports"}
    assert {reason for one in lost for reason in one["reasons"]} == {"reports_shut"}


def test_the_part_of_the_application_that_was_asked_for_is_told(office: Installation) -> None:
    parted = office.folder / "parted.toml"
    row = '[[applications.routes]]\naction = "read"\n'
    named = '[[applications.routes]]\nname = "reports"\npath = "/reports"\naction = "read"\n'
    parted.write_text(office.configuration.read_text("utf-8").replace(row, named + row, 1), "utf-8")
    words = ["explain", "records", "--role", "mayor@588491", "--route", "reports", "--at", "2026-11-23T09:00"]
    folder = ["--policies", str(office.folder / "policies"), "--config", str(parted)]
    told = CliRunner().invoke(brana, ["policy", *words, *folder], terminal_width=200).output
    assert told.startswith("mayor (Hulín): records (reports), Hulín, reading, 23 Nov 2026, 09:00:00 CET: ")


def test_a_folder_that_holds_no_policies_is_told(say: Say, tmp_path: Path) -> None:
    said = trouble(say("matrix", "Hulín", "--against", str(tmp_path)))
    assert "cannot be read" in said


def test_what_is_not_known_is_one_line_behind_what_is(say: Say) -> None:
    said = say("explain", "records", "--role", "supplier@588491", "--action", "write").output
    (unknown,) = [line for line in said.splitlines() if line.startswith("Not known: ")]
    table = said[: said.index(unknown)]
    assert "not known" not in table
    assert "who asks" not in unknown
    assert "order" in unknown
    assert said.count(unknown) == 1


@pytest.mark.usefixtures("budget_closed")
def test_the_matrix_tells_what_is_closed_and_shows_it_as_if_it_were_not(say: Say) -> None:
    words = ("matrix", "Hulín", "--application", "budget", "--at", "2026-11-23T10:00", "--country", "CZ")
    said = " ".join(say(*words, of_folder=False).output.split())
    assert "--as-if-open shows it as if it were not closed" in said
    assert "Closed in an incident (" in said
    assert "all roles budget read" in said
    assert "Uzavřeno při incidentu (" in say(*words, "--language", "cs").output
    content = told(say(*words, "--json", of_folder=False))
    assert (content["permits"], content["as_if_open"]) == ([], False)
    assert {one["application"] for one in content["closed_cells"]} == {"budget"}
    assert all(cell["closed"] and cell["reason"] == "incident_application" for cell in content["cells"])
    for of_folder in (False, True):
        as_open = told(say(*words, "--json", "--as-if-open", of_folder=of_folder))
        assert (bool(as_open["permits"]), as_open["closed_cells"], as_open["as_if_open"]) == (True, [], True)
        assert [one["en"] for one in as_open["closed"]] == ["one application: budget"]
    assert "Shown as if it were not closed." in say(*words, "--as-if-open").output


@pytest.mark.usefixtures("budget_closed")
def test_a_folder_is_compared_as_if_nothing_were_closed_on_demand(
    office: Installation, say: Say, tmp_path: Path
) -> None:
    copytree(office.folder / "policies", tmp_path / "draft")
    file = tmp_path / "draft" / "municipalities" / "588491.cedar"
    shut = (
        'forbid (principal, action, resource in Municipality::"588491") '
        'when { resource in Application::"budget" };'
    )
    words = " ".join(f'@{name}("No.")' for name in ("title_cs", "title_en", "advice_cs", "advice_en"))
    rule = f'@id("budget-shut") @reason("budget_shut") {words}\n{shut}\n'
    file.write_text(f"{file.read_text('utf-8')}\n{rule}", "utf-8")
    words = ("matrix", "Hulín", "--against", str(tmp_path / "draft"), "--at", "2026-11-23T10:00", "--json")
    assert told(say(*words))["lost"] == []
    assert {one["application"] for one in told(say(*words, "--as-if-open"))["lost"]} == {"budget"}
