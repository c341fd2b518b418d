"""The incident switch from the command line, where nothing runs: closed, listed, opened again, and what is refused."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.district import District, Municipality
from config.sources import DISK
from config.vocabulary import ApplicationId, Language, MunicipalityCode
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.incident_targets import Targets
from gateway.commands.operator import operator
from gateway.commands.policy_incident import incident, shown
from gateway.commands.preflight import CannotStart
from gateway.commands.shared_policies import book_at_start, book_in_force
from gateway.commands.state import State, now, open_state
from gateway.commands.terminal import PRAGUE
from gateway.policy_office.incident import Incident
from gateway.storage.audit_evidence import rows
from policies.incidents import Closure, ClosureKind
from policies.reasons import Names
from tests.rig.installation import install

pytestmark = pytest.mark.real  # free ports are looked for
Say = Callable[..., Result]
REASONS = ("--reason-cs", "Únik hesel.", "--reason-en", "Passwords have leaked.")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    return install(tmp_path).configuration


@pytest.fixture
def state(configuration: Path) -> Iterator[State]:
    opened = open_state(configuration)
    try:
        book_at_start(opened, DISK, now())
        yield opened
    finally:
        opened.database.close()


@pytest.fixture
def say(configuration: Path) -> Say:
    def said(name: str, *words: str) -> Result:
        return CliRunner().invoke(incident, [name, "--config", str(configuration), *words])

    return said


def entries(state: State, *codes: Code) -> list[Entry]:
    found = state.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
    return [one for one in found if one.code in codes]


@pytest.mark.usefixtures("state")
def test_a_program_is_told_which_incident_it_closed_and_opened(say: Say) -> None:
    closed = json.loads(say("close", "application", "budget", *REASONS, "--json").stdout)
    assert (closed["kind"], closed["target"], closed["opened_at"]) == ("application", "budget", None)
    opened = json.loads(say("open", closed["id"], "--why", "Už je hotovo.", "--json").stdout)
    assert (opened["id"], opened["why"], opened["opened_by"]) == (closed["id"], "Už je hotovo.", operator())


def test_a_class_of_access_is_closed_and_opened_again_and_whoever_did_it_is_recorded(
    state: State, say: Say
) -> None:
    before = book_in_force(state).version
    closed = say("close", "application", "budget", *REASONS)
    assert closed.exit_code == 0, closed.output
    assert "closed: application budget" in closed.output
    assert book_in_force(state).version != before
    (told,) = json.loads(say("list", "--json").output)
    assert (told["kind"], told["target"], told["closed_by"]) == ("application", "budget", operator())
    assert told["reason_en"] == "Passwords have leaked."
    assert told["id"] in say("list").output
    opened = say("open", told["id"], "--why", "Hesla jsou změněna.")
    assert "open again: application budget" in opened.output
    assert book_in_force(state).version == before
    assert "nothing is closed" in say("list").output
    assert "Hesla jsou změněna." in say("list", "--all").output
    closing, opening = entries(state, Code.INCIDENT_CLOSED, Code.INCIDENT_OPENED)
    assert closing.subject == opening.subject == operator()
    assert len(entries(state, Code.LOG_SEARCHED)) == 4, "who looks is recorded"


def test_what_is_refused_says_why_and_is_recorded(state: State, say: Say) -> None:
    for words, why in (
        (("close", "application", "budgett", *REASONS), "not configured"),
        (("close", "suppliers", "budget", *REASONS), "has no target"),
        (("close", "municipality", "Hulin", *REASONS), "did you mean Hulín (588491)?"),
        (("close", "suppliers", "", "--reason-cs", " ", "--reason-en", "x"), "reason is missing"),
        (("open", "A" * 22, "--why", "Hesla jsou změněna."), "There is no such closure [incident_unknown]"),
    ):
        refused = say(*words)
        assert refused.exit_code == 1
        assert why in str(refused.exception)
        first, *_ = str(refused.exception).splitlines()
        assert re.fullmatch(
            r"(It cannot be closed like this|There is no such (target|closure)) \[incident_[a-z_]+\]", first
        )
    assert len(entries(state, Code.POLICY_ACT_REFUSED)) == 5
    assert entries(state, Code.INCIDENT_CLOSED) == []


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("kind", "target", "said"),
    [
        (
            "municipality",
            "Hulin",
            "TARGET is a municipality, by its name, code or number, such as Hulín; did you mean Hulín (588491)?",
        ),
        ("municipality", "999999", "TARGET is a municipality, by its name, code or number, such as Hulín"),
        (
            "municipality_application",
            "Hulín/budgett",
            "TARGET is both, with a slash between, such as Hulín/budget",
        ),
        ("application", "budgett", "TARGET is an application, by its id or title, such as budget"),
        ("role", "boss", 'TARGET is a role, by its name or title, such as "chief clerk"'),
    ],
)
def test_what_a_refused_target_should_have_been_is_told_as_it_can_be_written(
    say: Say, kind: str, target: str, said: str
) -> None:
    lines = [line.strip() for line in str(say("close", kind, target, *REASONS).exception).splitlines()]
    assert said in lines
    assert not [line for line in lines if "by its code:" in line], "names are taken as well"


@pytest.mark.usefixtures("state")
def test_where_the_target_is_right_nothing_is_said_of_it(say: Say) -> None:
    reasons = ("--reason-cs", " ", "--reason-en", "x")
    for words in (("role", "Tajemnik"), ("application", "budget"), ("municipality", "Hulín"),
                  ("municipality_application", "Hulín/budget"), ("suppliers", "")):  # fmt: skip
        assert "TARGET" not in str(say("close", *words, *reasons).exception)


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(
    ("words", "target", "named"),
    [
        (("municipality", "hulín"), "588491", "municipality 588491 (Hulín)"),
        (("municipality", "588491"), "588491", "municipality 588491 (Hulín)"),
        (("application", "zadosti o pristup"), "requests", "application requests (access requests)"),
        (("role", "chief clerk"), "chief_clerk", "role chief_clerk (chief clerk)"),
        (("role", "Tajemnik"), "chief_clerk", "role chief_clerk (chief clerk)"),
        (("municipality_application", "Hulín / Budget"), "588491/budget", "588491/budget (budget, Hulín)"),
    ],
)
def test_what_to_close_is_said_by_name_and_shown_with_it(
    say: Say, words: tuple[str, ...], target: str, named: str
) -> None:
    closed = say("close", *words, *REASONS)
    assert closed.exit_code == 0, closed.output
    assert named in closed.output
    listed = say("list").output
    assert (named in listed, f"closed {now().astimezone(PRAGUE):%Y-%m-%d}" in listed) == (True, True)
    assert json.loads(say("list", "--json").output)[0]["target"] == target


def test_a_name_that_several_have_is_told_with_all_of_them() -> None:
    district = District([Municipality(MunicipalityCode(code), "Lhota", "") for code in ("588001", "588002")])
    titles = {Language.CZECH: "Mapa", Language.ENGLISH: "Map"}
    targets = Targets(Names(district, {ApplicationId("map"): titles, ApplicationId("old-map"): titles}))
    with pytest.raises(CannotStart, match=r"Lhota \(588001\), Lhota \(588002\)\n.*write the code"):
        targets.asked(ClosureKind.MUNICIPALITY, "lhota")
    with pytest.raises(CannotStart, match=r"map, old-map\n.*write the application's id"):
        targets.asked(ClosureKind.APPLICATION, "mapa")
    assert targets.asked(ClosureKind.APPLICATION, "map") == "map"
    assert targets.asked(ClosureKind.MUNICIPALITY, "588002") == "588002"


def test_help_says_what_the_target_of_each_kind_is_with_one_that_can_be_closed(say: Say) -> None:
    told = say("close", "--help").output
    assert all(kind in told for kind in ClosureKind)
    assert "municipality_application Hulín/budget" in told
    assert "brana person suspend" in told


def test_who_closed_it_is_shown_by_name() -> None:
    closure = Closure(
        kind=ClosureKind.SUPPLIERS,
        reason=dict.fromkeys(Language, "x"),
        by="3f0c1f6e",
        at=datetime(2026, 11, 23, 8, tzinfo=UTC),
    )
    opened = closure.at + timedelta(hours=1)
    one = Incident(
        id="A", closure=closure, closed_by_name="Martin Kučera", opened_by="cli:root",
        opened_by_name="cli:root", opened_at=opened, why="Hotovo.",
    )  # fmt: skip
    assert shown(one, Targets(Names(District([])))) == (
        "A  suppliers, closed 2026-11-23 09:00 CET by Martin Kučera (3f0c1f6e), "
        "opened 2026-11-23 10:00 CET by cli:root: Hotovo."
    )
