"""Names that begin with a hyphen, as one in 64 of those that are drawn at random does."""

import json

import click
import pytest
from click.testing import CliRunner

from gateway.commands import policy_incident, review, sessions, user
from gateway.commands.drawn_names import TakesDrawnNames

SHORT, LONG = "-h7csvwhy_-Ab34x", "--h7csvwhy_-Ab34xhelp0"


@click.command(cls=TakesDrawnNames, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", nargs=-1)
@click.option("--why", default="")
@click.option("--without-approval", "alone", is_flag=True)
def command(name: tuple[str, ...], why: str, *, alone: bool) -> None:
    click.echo(json.dumps([*name, why, alone]))


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ((SHORT,), [SHORT, "", False]),
        ((LONG, "--why", "Omyl"), [LONG, "Omyl", False]),
        (("--why", "Omyl", SHORT, LONG), [SHORT, LONG, "Omyl", False]),
        (("login", "--why=Omyl", SHORT), ["login", SHORT, "Omyl", False]),
        (("--", SHORT, LONG), [SHORT, LONG, "", False]),
        ((SHORT, "--", "-x"), [SHORT, "-x", "", False]),
        (("name", "--why", SHORT), ["name", SHORT, False]),
        (("name", "--without-approval"), ["name", "", True]),
    ],
)
def test_a_name_that_begins_with_a_hyphen_is_a_name(words: tuple[str, ...], read: list[object]) -> None:
    done = CliRunner().invoke(command, words)
    assert (done.exit_code, json.loads(done.stdout)) == (0, read)


@pytest.mark.parametrize("word", ["-x", "--wyh", "-h7csvwhy_-Ab34", "--without-approvals"])
def test_a_mistyped_option_is_refused_as_ever(word: str) -> None:
    assert CliRunner().invoke(command, ["name", word]).exit_code in {0, 2}
    assert "[" not in CliRunner().invoke(command, ["name", word]).stdout.partition("Usage")[0]


@pytest.mark.parametrize(
    "taking",
    [
        review.report,
        review.restore,
        policy_incident.open_again,
        sessions.revoke,
        user.remove_factor,
    ],
)
def test_whatever_takes_a_drawn_name_takes_it_so(taking: click.Command) -> None:
    assert isinstance(taking, TakesDrawnNames)
