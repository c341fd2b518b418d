"""The incident switch from the command line, where nothing runs: closed, listed, opened again, and what is refused."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.sources import DISK
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.operator import operator
from gateway.commands.policy_incident import incident
from gateway.commands.shared_policies import book_at_start, book_in_force
from gateway.commands.state import State, now, open_state
from gateway.storage.audit_evidence import rows
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
    opened = json.loads(say("open", closed["id"], "--why", "Hotovo.", "--json").stdout)
    assert (opened["id"], opened["why"], opened["opened_by"]) == (closed["id"], "Hotovo.", operator())


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
        (("close", "suppliers", "", "--reason-cs", " ", "--reason-en", "x"), "reason is missing"),
        (("open", "A" * 22, "--why", "x"), "incident unknown"),
    ):
        refused = say(*words)
        assert refused.exit_code == 1
        assert why in str(refused.exception)
    assert len(entries(state, Code.POLICY_ACT_REFUSED)) == 4
    assert entries(state, Code.INCIDENT_CLOSED) == []
